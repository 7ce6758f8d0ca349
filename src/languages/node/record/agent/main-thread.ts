import { basename } from 'node:path';
import { descriptor, openChannel } from './channel.ts';
import { nowUs } from './clock.ts';
import { sampleCalls } from './clone-sizes.ts';
import { hookExit, hookKills } from './endings.ts';
import { hideOptions } from './hide-options.ts';
import { HANDLE, startInterrupter } from './interrupting.ts';
import { BEGIN_EVENT, COMPARE, type ChannelSettings, type ChildChannel, type FromAgent, MEASURED } from './messages.ts';
import { onRestore, restore } from './restore.ts';
import { recordThread } from './thread.ts';
import { forgetNoCache, keepLines } from './typescript-loader.ts';
import { followWorkers, newWorkerSettings, offerLoader, offerToWorkers } from './workers.ts';

/** Longer than the recorder takes to send the signal that ends a stopped script. */
const HELD_MS = 2000;

/**
 * Measures the main thread of the script's process, or of a child process: preparations first, so that the first line of its script comes
 * right after the profiler's start. In a process that runs already measuring begins on the recorder's word. Throws only there.
 */
export function recordMainThread(channel: ChannelSettings): void {
  const isChild = 'address' in channel;
  const attached = isChild && channel.attached;
  const fd = descriptor(isChild ? -1 : channel.out);
  try {
    const loader = isChild ? null : channel.loader;
    const untilPort = !isChild && channel.untilPort;
    const ports = isChild ? channel.ports : untilPort;
    const { transforms } = channel;
    const children = isChild ? channelOf(channel) : channel.children;
    hideOptions(process.execArgv, loader);
    const settings = newWorkerSettings(fd, children, { ports, transforms });
    const probes = isChild ? [] : channel.probes;
    const sampler = probes.length === 0 ? null : sampleCalls(probes.length);
    // For the conditions of breakpoints, which see what the script sees.
    if (sampler) Object.defineProperty(globalThis, Symbol.for(COMPARE), { value: sampler.compareArguments, configurable: true });
    const thread = recordThread({
      fd,
      thread: 0,
      name: isChild && !attached ? nameOfChild() : 'main',
      children,
      transforms,
      alreadyRuns: attached,
      sampler,
    });
    const workers = followWorkers(settings);
    markMeasured();
    const finish = (exitCode: number | null = null) => {
      const endUs = nowUs();
      workers.finish();
      thread.finish(endUs, exitCode, attached ? workers.unmeasured() : 0);
    };
    const flush = () => {
      workers.flush();
      thread.flush();
    };
    const stop = () => {
      finish();
      hold();
    };
    const release = () => {
      finish();
      restore();
      interrupter.end();
    };
    const beginAttached = () => {
      thread.begin();
      workers.enterEarly();
    };
    const handle = { ...sampler, flush, stop, begin: attached ? beginAttached : () => thread.begin(), release };
    Object.defineProperty(globalThis, HANDLE, { value: handle, configurable: true });
    const interrupter = startInterrupter(isChild ? channel : channel.input, fd, probes);
    const offer = () => offerToWorkers({ ...settings, takenId: interrupter.takenId });
    let offered = false;
    thread.wrap(() => {
      // Of a child process nobody says when its loader is ready, which may run a thread of its own: so not before its first own worker.
      if (isChild && !offered) offer();
      offered = true;
    });
    if (ports) thread.tellPorts();
    const leave =
      (last: (exitCode: number | null) => void) =>
      (exitCode: number | null = null) => {
        last(exitCode);
        interrupter.dismiss();
      };
    const begin = () => {
      // Not before: the loader may run a thread of its own.
      if (!isChild) offer();
      if (!untilPort) thread.begin();
    };
    hookExit(leave(finish), (args) => {
      if (args[0] !== BEGIN_EVENT) return args[0] === 'worker' && args[1] === interrupter.worker;
      forgetNoCache();
      begin();
      return true;
    });
    hookKills(leave(flush), (pid) => {
      interrupter.flushed(() => thread.tellKill(pid));
    });
    if (attached) return;
    if (!interrupter.ready()) {
      thread.leave();
      Reflect.deleteProperty(globalThis, HANDLE);
    } else if (loader === null) begin();
    else {
      offerLoader(loader);
      keepLines(loader);
    }
  } catch (error) {
    if (attached) {
      restore();
      throw error;
    }
    const failed: FromAgent = { type: 'failed', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    openChannel(fd, 0)(failed);
  }
}

/** What the process tells those that it starts. */
function channelOf({ address, secret, ports, transforms, runsOn }: ChildChannel): ChildChannel {
  return { address, secret, ports, transforms, runsOn };
}

/** So that nobody attaches to a process that is measured already. */
function markMeasured(): void {
  const mark = Symbol.for(MEASURED);
  Object.defineProperty(process, mark, { value: true, enumerable: false, configurable: true });
  onRestore(() => void Reflect.deleteProperty(process, mark));
}

/** What a person would call a process: its script's file. */
function nameOfChild(): string {
  const { _eval: evaluated } = process as unknown as { _eval?: unknown };
  const script = process.argv[1];
  return typeof evaluated === 'string' || script === undefined ? 'node' : basename(script);
}

const pause = new Int32Array(new SharedArrayBuffer(4));
const wait = Atomics.wait.bind(Atomics);

/** A script that would not hear the signal that follows does nothing more until it comes. */
function hold(): void {
  if (process.listenerCount('SIGTERM') === 0) wait(pause, 0, 0, HELD_MS);
}
