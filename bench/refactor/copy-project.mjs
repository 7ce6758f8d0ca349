import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy outside of node_modules, where nothing may be edited; taken away when the process ends. */
export function copyProject(folder) {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-refactor-')));
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(folder, join(copy, 'lib'), { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{ "private": true }\n');
  return copy;
}
