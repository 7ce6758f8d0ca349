// Editor-free tests with Node's own runner: `node scripts/test-unit.mjs [--update-golden] [path-part …]`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('vscode') && !file.includes('fixtures'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => `test/${file}`)
  .sort();
const env = { ...process.env, ...(process.argv.includes('--update-golden') ? { UPDATE_GOLDEN: '1' } : {}) };
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...files], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
