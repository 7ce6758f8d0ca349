import childProcess from 'node:child_process';
import { FOLDER_VARIABLE } from './status.ts';

/**
 * Preloaded into a 0x that writes its logs where it runs (5.x, the one in clinic flame): 0x runs in a temporary folder, and what it starts
 * in the script's.
 */
const folder = process.env[FOLDER_VARIABLE];
// eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The script's environment must not hold it.
delete process.env[FOLDER_VARIABLE];
const { spawn } = childProcess;
let isScript = true;
childProcess.spawn = ((command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
  // The first is the script; what reads its log comes after it.
  const here = isScript && folder !== undefined ? { ...options, cwd: folder } : options;
  isScript = false;
  return spawn(command, args, here);
}) as typeof spawn;
