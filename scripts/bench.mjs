// The measurements, one after the other: `npm run bench [-- name …]`. Each is an npm script of its own, `bench:<name>`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const all = Object.keys(scripts).filter((name) => name.startsWith('bench:'));
const named = process.argv.slice(2).map((name) => `bench:${name}`);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}, but ${all.join(', ')}.`);
for (const name of named.length > 0 ? named : all) {
  console.log(`\n── ${name}`);
  const { status } = spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exitCode = 1;
}
