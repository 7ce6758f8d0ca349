import { say } from './output.ts';

/**
 * An editor closes a terminal when its command ends, and what the script has printed with it. Waits for a key there; returns at once where
 * nobody could press one.
 */
export function keepTerminalOpen(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return Promise.resolve();
  say('\nPress any key to close this terminal.');
  return new Promise((resolve) => {
    stdin.once('data', () => resolve());
    stdin.once('end', () => resolve());
    stdin.setRawMode(true);
    stdin.resume();
  });
}
