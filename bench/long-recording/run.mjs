// What a long recording costs in memory, on disk and after its end, beside plain node and `node --cpu-prof`; by hand, as it takes as long as it says:
// `node bench/long-recording/run.mjs [--seconds 60,300] [--node PATH] [--modes plain,unblock,cpu-prof] [load-part …]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60,300' },
    node: { type: 'string', default: process.execPath },
    modes: { type: 'string', default: 'plain,cpu-prof,unblock' },
  },
});
const loads = readdirSync(join(here, 'loads')).filter((load) => wanted.length === 0 || wanted.some((part) => load.includes(part)));
const commands = {
  plain: (script) => [flags.node, ...script],
  'cpu-prof': (script, folder) => [flags.node, '--cpu-prof', '--cpu-prof-dir', folder, ...script],
  unblock: (script, folder) => [
    process.execPath,
    '--require',
    join(here, 'peak.cjs'),
    resolve(here, '../../dist/cli.cjs'),
    ...['advise', '--json', '--save', folder, '--node', flags.node],
    ...script,
  ],
};

console.log(
  `${'load'.padEnd(9)}${'mode'.padEnd(10)}${'seconds'.padStart(8)}${'target peak'.padStart(13)}${'own peak'.padStart(10)}${'end → result'.padStart(14)}  results`,
);
for (const load of loads)
  for (const seconds of flags.seconds.split(',')) for (const mode of flags.modes.split(',')) await measure(load, seconds, mode);
console.log(`load average ${loadavg()[0].toFixed(1)}`);

async function measure(load, seconds, mode) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'unblock-long-'));
  const targetFile = join(folder, 'target.json');
  const ownFile = join(folder, 'own.json');
  const results = join(folder, 'results');
  try {
    const [command, ...args] = commands[mode]([join(here, 'loads', load), seconds], results);
    // The first to read PEAK_FILE writes there; the script's comes after ours.
    const env = { ...process.env, PEAK_FILE: mode === 'unblock' ? ownFile : targetFile, TARGET_PEAK_FILE: targetFile };
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    await once(child, 'close');
    const ended = process.hrtime.bigint();
    const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
    const target = read(targetFile);
    const own = mode === 'unblock' ? `${read(ownFile).peakMb.toFixed(0)} MB` : '';
    const files =
      mode === 'plain' ? [] : readdirSync(results).map((name) => `${/^CPU/.test(name) ? 'profile' : name} ${sizeOf(join(results, name))}`);
    const after = `${(Number(ended - BigInt(target.endNs)) / 1e9).toFixed(2)} s`;
    console.log(
      `${load.replace(/\..*/, '').padEnd(9)}${mode.padEnd(10)}${seconds.padStart(8)}${`${target.peakMb.toFixed(0)} MB`.padStart(13)}${own.padStart(10)}${after.padStart(14)}  ${files.join(', ')}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(file) {
  return `${(statSync(file).size / 1e6).toFixed(2)} MB`;
}
