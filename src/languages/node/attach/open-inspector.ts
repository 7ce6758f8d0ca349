import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../core/failure.ts';
import { findInspector } from './inspector-client.ts';
import { listeningPorts } from './listening-ports.ts';
import { isNode } from './node-processes.ts';
import { type RunningProcess, runningProcess } from './running-process.ts';

/** Where an inspector listens. */
export interface InspectorPlace {
  host: string;
  port: number;
  socketPath: string;
  /** `node.js/v22.1.0` */
  browser: string;
}

/** Node opens it from a thread of its own, in some ms on an idle machine. */
const OPEN_MS = 4000;
const LOOK_MS = 10;
/** One that is not there by then was open before, or will not come. */
const SOON_MS = 500;
const HOSTS = ['127.0.0.1', '::1'];
const DEFAULT_PORT = 9229;

/**
 * Makes a process of node listen to its inspector, which Node does on SIGUSR1. `opened` is false where it listened already. A signal is sent only to
 * what is known to be a node that hears it, as it ends any other process. Throws a Failure.
 */
export async function openInspectorOf(pid: number): Promise<{ place: InspectorPlace; opened: boolean }> {
  const wanted = inspectorPort(checkProcess(pid).words);
  const before = listeningPorts(pid);
  signal(pid);
  const beganMs = performance.now();
  let lookedAtOthers = false;
  for (let elapsedMs = 0; elapsedMs < OPEN_MS; elapsedMs = performance.now() - beganMs) {
    const now = listeningPorts(pid);
    // Where the system does not tell ports, it is where Node opens it by default.
    const fresh =
      now.length === 0 && before.length === 0 && process.platform !== 'linux' ? [wanted] : now.filter((port) => !before.includes(port));
    const place = await firstInspector(fresh);
    if (place) return { place, opened: true };
    if (elapsedMs > SOON_MS && !lookedAtOthers) {
      lookedAtOthers = true;
      const known = await firstInspector([...before].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted)));
      if (known) return { place: known, opened: false };
    }
    if (runningProcess(pid) === null) throw new Failure(`Process ${pid} ended before it could be attached to: see what it printed.`);
    await sleep(LOOK_MS);
  }
  throw new Failure(
    (await isTaken(wanted))
      ? `Process ${pid} could not open its inspector, as another program uses port ${wanted}: end that one, or start yours with --inspect=0 and name its port.`
      : `Process ${pid} did not open its inspector when it got SIGUSR1: it handles that signal itself, or is in a long native call; try again, or start it with --inspect=0 and name its port.`,
  );
}

/** The inspector on a port that was named. Throws a Failure. */
export async function inspectorAt(host: string, port: number): Promise<InspectorPlace> {
  const offer = await findInspector(host, port);
  if (offer) return { host, port, ...offer };
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  throw new Failure(
    (await isTaken(port, host))
      ? `What listens on ${where} is no inspector: name the port that node printed, or the process's id.`
      : `Nothing listens on ${where}: start node with --inspect=${port}, or name the process's id.`,
  );
}

function checkProcess(pid: number): RunningProcess {
  const found = runningProcess(pid);
  if (!found || found.state === 'ended') throw new Failure(`There is no process ${pid}: name the id of a node that runs.`);
  const { user, program, words, state, hearsSignal, near } = found;
  const us = process.getuid?.() ?? null;
  if (user !== null && us !== null && user !== us)
    throw new Failure(`Process ${pid} belongs to another user: run Unblock as the user that runs it.`);
  if (pid === process.pid) throw new Failure(`Process ${pid} is Unblock itself: name another one.`);
  if (!near) throw new Failure(`Process ${pid} runs in a container: run Unblock inside of it.`);
  if (!isNode(program))
    throw new Failure(
      `Process ${pid} is ${program.split(/[\\/]/).at(-1) ?? 'another program'}, not node: name the id of a node that runs.`,
    );
  if (state === 'held') throw new Failure(`Process ${pid} is stopped by a signal: let it go on with kill -CONT ${pid}, then attach again.`);
  if (hearsSignal === false || words.includes('--disable-sigusr1'))
    throw new Failure(
      `Process ${pid} does not listen to SIGUSR1, which would end it (it has just begun, or has --disable-sigusr1 or --permission): start it with --inspect=0 and name its port.`,
    );
  return found;
}

/** Where a node with this command line opens it. */
function inspectorPort(words: readonly string[]): number {
  const at = words.findLastIndex((word) => /^--(?:inspect|debug)-port\b/.test(word));
  const value = at < 0 ? '' : (words[at]!.split('=')[1] ?? words[at + 1] ?? '');
  return Number(value.split(':').at(-1)) || DEFAULT_PORT;
}

function signal(pid: number): void {
  try {
    // On Windows a thread is started in it, which a node alone has the code for.
    if (process.platform === 'win32') (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
    else process.kill(pid, 'SIGUSR1');
  } catch (error) {
    throw new Failure(`Process ${pid} can't be signalled: run Unblock as the user that runs it.`, String(error));
  }
}

async function firstInspector(ports: readonly number[]): Promise<InspectorPlace | null> {
  for (const port of ports)
    for (const host of HOSTS) {
      const offer = await findInspector(host, port);
      if (offer) return { host, port, ...offer };
    }
  return null;
}

function isTaken(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
