import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemCommand } from './system-command.ts';

/** A process as the system shows it; null is what it doesn't tell. */
export interface RunningProcess {
  pid: number;
  /** The user's number. */
  user: number | null;
  /** The path of its program, or its name. */
  program: string;
  /** Its command line. */
  words: string[];
  cwd: string | null;
  runningMs: number | null;
  /** On all its threads, since it began. */
  cpuMs: number | null;
  state: 'runs' | 'held' | 'ended';
  /** Whether a SIGUSR1, which ends a process that does not expect it, reaches a listener. */
  hearsSignal: boolean | null;
  /** Whether it sees the same processes and network as we do: not in a container. */
  near: boolean;
}

/** Null where there is none. */
export function runningProcess(pid: number): RunningProcess | null {
  if (process.platform === 'linux') return readProcess(pid);
  return list(process.platform === 'win32' ? [] : ['-p', String(pid)]).find((one) => one.pid === pid) ?? null;
}

/** All that the system tells of. */
export function runningProcesses(): RunningProcess[] {
  if (process.platform !== 'linux') return list(['-A']);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

/** As Linux counts CPU time for programs, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;
const SIGUSR1_BIT = 1n << 9n;

function readProcess(pid: number): RunningProcess | null {
  const folder = `/proc/${pid}`;
  const status = text(`${folder}/status`);
  const stat = text(`${folder}/stat`);
  if (status === null || stat === null) return null;
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? null;
  // Also a thread has a folder of its number.
  if (field('Tgid') !== String(pid)) return null;
  // What follows the name, which may hold anything, from the third field on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const uptimeMs = Number(text('/proc/uptime')?.split(' ')[0]) * 1000;
  const [state] = fields;
  return {
    pid,
    user: Number(field('Uid')),
    program: (link(`${folder}/exe`) ?? field('Name') ?? '').replace(/ \(deleted\)$/, ''),
    words: (text(`${folder}/cmdline`) ?? '').split('\0').filter((word, index, all) => index < all.length - 1 || word !== ''),
    cwd: link(`${folder}/cwd`),
    runningMs: uptimeMs - (Number(fields[19]) / TICKS_PER_SECOND) * 1000,
    cpuMs: ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000,
    state: state === 'T' || state === 't' ? 'held' : state === 'Z' || state === 'X' ? 'ended' : 'runs',
    hearsSignal: (BigInt(`0x${field('SigCgt') ?? '0'}`) & SIGUSR1_BIT) !== 0n,
    near: ['pid', 'net'].every((kind) => {
      const theirs = link(`${folder}/ns/${kind}`);
      return theirs === null || theirs === link(`/proc/self/ns/${kind}`);
    }),
  };
}

/** As `ps` or, on Windows, PowerShell tells it. */
function list(which: string[]): RunningProcess[] {
  try {
    return process.platform === 'win32' ? windowsProcesses() : psProcesses(which);
  } catch {
    return [];
  }
}

function psProcesses(which: string[]): RunningProcess[] {
  const lines = systemCommand('ps', ['-ww', ...which, '-o', 'pid=,uid=,stat=,etime=,time=,command=']).split('\n');
  return lines.flatMap((line) => {
    const parts = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line);
    if (!parts) return [];
    const [, pid, user, state = '', elapsed = '', cpu = '', command = ''] = parts;
    const words = command.split(' ');
    return {
      pid: Number(pid),
      user: Number(user),
      program: words[0] ?? '',
      words,
      cwd: null,
      runningMs: clockMs(elapsed),
      cpuMs: clockMs(cpu),
      state: state.startsWith('T') ? 'held' : state.startsWith('Z') ? 'ended' : 'runs',
      hearsSignal: null,
      near: true,
    };
  });
}

/** `3-04:05:06`, `04:05.67` */
function clockMs(clock: string): number {
  const [days, rest] = clock.includes('-') ? (clock.split('-') as [string, string]) : ['0', clock];
  return (Number(days) * 86_400 + rest.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)) * 1000;
}

function windowsProcesses(): RunningProcess[] {
  const query =
    'Get-CimInstance Win32_Process -Filter "Name LIKE \'node%\'" | Select-Object ProcessId, ExecutablePath, CommandLine, KernelModeTime, UserModeTime, ' +
    "@{n='Age';e={((Get-Date) - $_.CreationDate).TotalMilliseconds}} | ConvertTo-Json";
  const found = JSON.parse(systemCommand('powershell', ['-NoProfile', '-Command', query])) as
    Record<string, unknown> | Record<string, unknown>[];
  return [found].flat().map((one) => ({
    pid: Number(one['ProcessId']),
    user: null,
    program: typeof one['ExecutablePath'] === 'string' ? one['ExecutablePath'] : 'node.exe',
    words:
      (typeof one['CommandLine'] === 'string' ? one['CommandLine'] : '').match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ??
      [],
    cwd: null,
    runningMs: Number(one['Age']),
    // In steps of 100 ns.
    cpuMs: (Number(one['KernelModeTime']) + Number(one['UserModeTime'])) / 10_000,
    state: 'runs',
    hearsSignal: null,
    near: true,
  }));
}

function text(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
