// Every gate, and nothing rewritten: types, lint, format, layers, unused code.
import { spawnSync } from 'node:child_process';

const gates = [
  ['types', 'tsc', ['--build', '--pretty', 'false']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['format', 'prettier', ['--check', '.', '--log-level', 'warn']],
  ['layers', 'depcruise', ['src', 'test', '--config', '.dependency-cruiser.cjs', '--output-type', 'err']],
  ['unused', 'knip', []],
];
let failed = 0;
for (const [name, command, args] of gates) {
  const started = Date.now();
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (status !== 0) failed++;
}
console.log(`check: ${gates.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
