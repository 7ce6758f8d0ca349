import { execFileSync } from 'node:child_process';

/** What a program of the system prints. Throws where it is not there, fails, or takes longer than 10 s. */
export function systemCommand(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', timeout: 10_000, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] });
}
