import { type ChildProcess, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes that a process started, and theirs, deepest last. Empty where the system does not say. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of processes()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = [...(children.get(pid) ?? [])];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}

/** Ends processes at once; those that are gone already are no error. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/** Asks a process to end, and says which others it had started: it is held meanwhile, so that none escapes. */
export function endTogether(child: ChildProcess, pid: number): number[] {
  const canHold = process.platform !== 'win32';
  if (canHold) child.kill('SIGSTOP');
  const family = descendantsOf(pid);
  child.kill('SIGTERM');
  if (canHold) child.kill('SIGCONT');
  return family;
}

/** Pairs of process and parent. */
function processes(): [number, number][] {
  try {
    if (process.platform === 'linux')
      return readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap(statOf);
    const [command, args]: [string, string[]] =
      process.platform === 'win32'
        ? [
            'powershell',
            ['-NoProfile', '-Command', 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId)" }'],
          ]
        : ['ps', ['-A', '-o', 'pid=,ppid=']];
    const listing = execFileSync(command, args, { encoding: 'utf8', timeout: 5000, windowsHide: true });
    return listing
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  } catch {
    return [];
  }
}

function statOf(pid: string): [number, number][] {
  try {
    // "pid (name, which may hold anything) state ppid …"
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return [[Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
  } catch {
    return [];
  }
}
