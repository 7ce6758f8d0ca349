import fs from 'node:fs';
import { findSourceMap, syncBuiltinESMExports } from 'node:module';
import type { CpuProfile } from '../../../../core/recording.ts';
import { createCallSites } from './call-sites.ts';
import { openChannel } from './channel.ts';
import { nowUs } from './clock.ts';
import { wrapCoreApis } from './core-apis.ts';
import { tellPorts } from './listening.ts';
import { loadedSourceMaps } from './loaded-source-maps.ts';
import { followChildren, type StartedChildren } from './children.ts';
import { hideOwnFrames, withoutOwnFrames } from './hidden-frames.ts';
import type { CallSampler } from './clone-sizes.ts';
import type { ChildChannel, FromAgent } from './messages.ts';
import { createOperationLog } from './operation-log.ts';
import { type Profiler, startProfiler } from './profiler.ts';
import { wrapSqlite } from './sqlite.ts';
import { noteRounds } from './loop-rounds.ts';
import { noteRequests } from './requests.ts';
import { onRestore } from './restore.ts';
import { wrapTimers } from './timers.ts';
import { transformsModules } from './transforming.ts';
import { wrapWorkers } from './worker-waits.ts';

/** Taken before the script can replace it. */
const { stringify } = JSON;

export interface RecordedThread {
  /** Wraps the core APIs. `beforeWorker` runs ahead of each start of a worker. */
  wrap(beforeWorker?: () => void): void;
  /** From now on each TCP port that a server opens is told. */
  tellPorts(): void;
  /** Starts the profiler: the script's first line comes next. Only the first call counts. */
  begin(): void;
  /** Sends what came since the last flush. May be called at any point of the script, by way of an interrupt. */
  flush(): void;
  /** Nothing is measured after all: child processes are not either. */
  leave(): void;
  /** Tells that it is about to end a process. False where nobody would hear. */
  tellKill(pid: number): boolean;
  /**
   * Sends everything and ends the measurement. Only the first call counts. `exitCode`: null where the process does not exit now.
   * `endUs`: when the script came to its end, on the clock of `nowUs`; what follows is ours (stopping the profiler takes some ms).
   */
  finish(endUs: number, exitCode?: number | null, unmeasuredWorkers?: number): void;
}

export interface ThreadSettings {
  /** See {@link openChannel}. */
  fd: Int32Array;
  /** 0 for the main thread. */
  thread: number;
  name: string;
  children: ChildChannel | null;
  /** What it loads is transformed: source maps are asked of V8 at the end. */
  transforms: boolean;
  /** Its program began without us. */
  alreadyRuns: boolean;
  /** Notes sampled calls; null where none are. */
  sampler: CallSampler | null;
}

/** Measures the calling thread. */
export function recordThread({ fd, thread, name, children, transforms, alreadyRuns, sampler }: ThreadSettings): RecordedThread {
  const send: (message: FromAgent) => void = openChannel(fd, thread);
  const cpuUsage = process.cpuUsage.bind(process);
  const log = createOperationLog(createCallSites(__filename));
  const rounds = noteRounds();
  const sentMaps = new Set<string>();
  const userScripts = new Set<string>();
  let profiler: Profiler | null = null;
  let cpuAtStart = cpuUsage();
  let crashed = false;
  let begun = false;
  let started: StartedChildren | null = null;
  /** Whether a message is being made or sent: an interrupt that comes meanwhile must not send one in its middle. */
  let busy = false;
  const alone = (speak: (running: Profiler) => void): void => {
    if (!profiler || busy) return;
    busy = true;
    try {
      speak(profiler);
    } finally {
      busy = false;
    }
  };
  const progress = (slice: CpuProfile | null) => {
    const { user, system } = cpuUsage(cpuAtStart);
    if (transforms || !sourceMapsEnabled()) noteUserScripts(slice, userScripts);
    return {
      atUs: Math.round(nowUs()),
      cpuUs: user + system,
      operations: log.delta(),
      rounds: rounds.delta(),
      sourceMaps: newSourceMaps(slice, sentMaps),
      children: started?.count ?? 0,
    };
  };

  return {
    wrap(beforeWorker) {
      started = followChildren(children);
      wrapCoreApis(log);
      wrapTimers(log);
      const settle = wrapSqlite(log, alreadyRuns);
      noteRequests(log);
      wrapWorkers(log, beforeWorker, alreadyRuns);
      syncBuiltinESMExports();
      settle();
      hideOwnFrames();
      const monitor = (error: unknown) => {
        crashed = true;
        withoutOwnFrames(error);
      };
      process.on('uncaughtExceptionMonitor', monitor);
      onRestore(() => void process.off('uncaughtExceptionMonitor', monitor));
    },
    tellPorts: () => tellPorts(send),
    begin() {
      if (begun) return;
      begun = true;
      const tid = threadIdOf();
      const beforeUs = nowUs();
      profiler = startProfiler();
      const afterUs = nowUs();
      // As libuv reads it.
      const poolThreads = Math.min(1024, Math.max(1, Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '4', 10) || 1));
      cpuAtStart = cpuUsage();
      log.open();
      rounds.begin();
      alone(() =>
        send({ type: 'start', name, pid: process.pid, tid, atUs: Math.round(nowUs()), profiling: { beforeUs, afterUs }, poolThreads }),
      );
    },
    flush: () =>
      alone((running) => {
        const slice = running.slice();
        send({ type: 'part', slice, ...progress(slice) });
      }),
    leave: () => started?.leave(),
    tellKill(pid) {
      let told = false;
      if (started?.any)
        alone(() => {
          send({ type: 'killing', pid });
          told = true;
        });
      return told;
    },
    finish: (endUs, exitCode = null, unmeasuredWorkers = 0) =>
      alone((running) => {
        log.endRunning();
        rounds.end();
        const slice = running.stop();
        profiler = null;
        started?.leave();
        const last = progress(slice);
        if (transforms || (!sourceMapsEnabled() && transformsModules())) Object.assign(last.sourceMaps, loadedSourceMaps(userScripts));
        send({
          type: 'end',
          slice,
          exitCode,
          unmeasuredWorkers,
          crashed: crashed && process.listenerCount('uncaughtException') === 0,
          ...(sampler && { sampled: sampler.sampled }),
          ...last,
          atUs: Math.round(endUs),
        });
        log.close();
      }),
  };
}

/** The system's number of this thread, for its scheduler statistics; null but on Linux. */
function threadIdOf(): number | null {
  try {
    return Number(fs.readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return null;
  }
}

function noteUserScripts(slice: CpuProfile | null, known: Set<string>): void {
  for (const { callFrame } of slice?.nodes ?? []) {
    const { url } = callFrame;
    if (url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/')) known.add(url);
  }
}

/** Maps that Node keeps because a loader asked for it (tsx does): the loaded source is not what the file holds. */
function newSourceMaps(slice: CpuProfile | null, sent: Set<string>): Record<string, string> {
  const maps: Record<string, string> = {};
  // Node keeps none otherwise, and looking for one costs some ms the first time.
  if (!sourceMapsEnabled()) return maps;
  for (const { callFrame } of slice?.nodes ?? []) {
    const { url } = callFrame;
    if (!url || url.startsWith('node:') || sent.has(url)) continue;
    sent.add(url);
    const map = findSourceMap(url);
    if (map) maps[url] = stringify(map.payload);
  }
  return maps;
}

function sourceMapsEnabled(): boolean {
  return (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
}
