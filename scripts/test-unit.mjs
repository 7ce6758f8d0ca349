// Editor-free tests with Node's own runner: `node scripts/test-unit.mjs [--update-golden] [path-part …]`.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !/^vscode|node_modules|fixtures/.test(file))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => `test/${file}`)
  .sort();
if (files.length === 0) throw new Error(`No test file's path contains ${words.join(' or ')}.`);
const env = { ...process.env, ...(process.argv.includes('--update-golden') ? { UPDATE_GOLDEN: '1' } : {}) };
const args = ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=2', ...files];
const child = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'], env });
let output = '';
child.stdout.setEncoding('utf8').on('data', (chunk) => {
  process.stdout.write(chunk);
  output = (output + chunk).slice(-400_000);
});
child.on('close', (code) => {
  const count = (word) => Number([...output.matchAll(new RegExp(`^\\S+ ${word} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
  const [, stories = ''] = output.split('failing tests:');
  for (const [, name, reason] of stories.matchAll(/^\s*✖ (.+) \([\d.]+ms\)\n\s*(.*)$/gm)) console.log(`FAILED ${name}: ${reason}`);
  const failed = count('fail') + count('cancelled');
  console.log(`unit: ${count('pass')} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed`);
  process.exitCode = code ?? 1;
});
