import { basename, isAbsolute, join } from 'node:path';
import { runningProcess, runningProcesses, type RunningProcess } from './running-process.ts';

/** A process of node that belongs to this user. */
export interface NodeProcess {
  pid: number;
  /** The script's path as far as the command line tells it; null where there is none (a REPL, a program that changed its title). */
  script: string | null;
  commandLine: string;
  cwd: string | null;
  runningMs: number;
  /** Of one core, just now: 0 to 1, more with several threads. */
  cpu: number;
}

const LOOK_MS = 250;
const NODE = /^node(?:js)?(?:[-.]?v?[\d.]+)?(?:\.exe)?$/i;

/** Whether a program's path or name is that of a node. */
export function isNode(program: string): boolean {
  return NODE.test(basename(program));
}

/** The processes of node that this user may attach to, busiest first. Looks twice, a quarter of a second apart, to tell how busy each is. */
export async function nodeProcesses(): Promise<NodeProcess[]> {
  const before = runningProcesses().filter(isOurs);
  const beforeMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const now = process.platform === 'linux' ? before.flatMap(({ pid }) => runningProcess(pid) ?? []) : runningProcesses();
  const elapsedMs = performance.now() - beforeMs;
  const known = new Map(now.map((one) => [one.pid, one]));
  return before
    .flatMap((one) => {
      const later = known.get(one.pid);
      return later === undefined ? [] : { ...described(later), cpu: Math.max(0, (later.cpuMs ?? 0) - (one.cpuMs ?? 0)) / elapsedMs };
    })
    .sort((a, b) => b.cpu - a.cpu || a.runningMs - b.runningMs);
}

function isOurs({ pid, program, user, state, near }: RunningProcess): boolean {
  const us = process.getuid?.() ?? null;
  return isNode(program) && (user === null || user === us) && state !== 'ended' && near && pid !== process.pid;
}

function described({ pid, words, cwd, runningMs }: RunningProcess): Omit<NodeProcess, 'cpu'> {
  const script = scriptOf(words);
  return {
    pid,
    script: script === null || cwd === null || isAbsolute(script) ? script : join(cwd, script),
    commandLine: words.join(' '),
    cwd,
    runningMs: runningMs ?? 0,
  };
}

/** Options of node's that take the next word; what follows `-e` and `-p` is a program. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--title|--icu-data-dir|--input-type)$/;
const NO_SCRIPT = /^(?:-e|--eval|-p|--print|-pe|-i|--interactive|--run)$/;

/** The script that a command line of node's names; null where it names none. */
export function scriptOf(words: readonly string[]): string | null {
  // A program that set a title of its own has one word.
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (NO_SCRIPT.test(word)) return null;
    if (WITH_VALUE.test(word)) at++;
    else if (!word.startsWith('-') && word !== '') return word;
  }
  return null;
}
