import type { ChildProcess } from 'node:child_process';
import { descendantsOf, killAll } from './process-tree.ts';

/**
 * What ends us ends the script: signals are handed on, and it does not outlive us. Ctrl+C in a terminal reaches the script by itself, as
 * both are in the terminal's foreground group, so it is not handed on there. Returns what undoes it.
 */
export function shareFate(child: ChildProcess): () => void {
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let asked = false;
  const handOn = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT' && inTerminal) return;
    if (asked && child.pid !== undefined && signal !== 'SIGINT') killAll([...descendantsOf(child.pid), child.pid]);
    asked = true;
    child.kill(signal);
  };
  const end = () => void child.kill('SIGKILL');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handOn);
  process.on('exit', end);
  return () => {
    for (const signal of signals) process.off(signal, handOn);
    process.off('exit', end);
  };
}
