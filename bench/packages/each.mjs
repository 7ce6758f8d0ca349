// Runs every program of a folder, one after the other: `node each.mjs FOLDER`. The exit code is 1 where one failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.js')) continue;
  const { status } = spawnSync(process.execPath, [join(folder, name)], { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'not ok'} 0 - ${name} ended`);
  if (status !== 0) process.exitCode = 1;
}
