// Requests a second of a server before and after its best advice: `npm run bench:gain -- --served [--runs N] [NAME …]`. Each program of served/ is profiled under load,
// the advice is applied to a copy, and both answer the same load (autocannon: 8 connections) in turns, for some seconds each. Prints both rates, their ratio, the ratio by computing time
// (Linux: what each request computes, on one core before and on all of them after, as where nothing else runs), and the prediction.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const SECONDS = 4;
const CONNECTIONS = 8;
/** What each program is here for. */
const RULES = { cluster: 'move-to-process', blocking: 'prefer-async-api' };

export async function measureServed(root, runs, names) {
  const folder = join(root, 'bench/gain/served');
  const client = join(root, 'node_modules/autocannon/autocannon.js');
  const programs = readdirSync(folder)
    .map((file) => file.replace('.mjs', ''))
    .filter((name) => names.length === 0 || names.includes(name));
  console.log(
    `${runs} rounds of ${SECONDS} s for each text, in turns, ${CONNECTIONS} connections, ${availableParallelism()} cores shared with the client; node ${process.version}.\n`,
  );
  for (const name of programs) {
    const copy = mkdtempSync(join(tmpdir(), 'unblock-served-'));
    try {
      for (const text of ['before', 'after']) {
        mkdirSync(join(copy, text));
        cpSync(join(folder, `${name}.mjs`), join(copy, text, `${name}.mjs`));
      }
      const [before, after] = ['before', 'after'].map((text) => join(copy, text, `${name}.mjs`));
      const advice = await advise(root, client, after, RULES[name], copy);
      const rates = { before: [], after: [] };
      const costs = { before: [], after: [] };
      for (let round = 0; round < runs; round++)
        for (const text of round % 2 === 0 ? ['before', 'after'] : ['after', 'before']) {
          const { perSecond, cost } = await rate(client, text === 'before' ? before : after);
          rates[text].push(perSecond);
          costs[text].push(cost);
        }
      const pairs = rates.before.map((one, at) => rates.after[at] / one).sort((a, b) => a - b);
      const [slow, fast] = [median(rates.before), median(rates.after)];
      const byComputing = (availableParallelism() * median(costs.before)) / median(costs.after);
      const { low, high, speedup } = advice.predicted;
      console.log(
        `${name.padEnd(12)}${advice.rule.padEnd(19)}${slow.toFixed(0)} → ${fast.toFixed(0)} requests/s  ${(fast / slow).toFixed(2)}× (${pairs[0].toFixed(2)}–${pairs.at(-1).toFixed(2)})  by computing ${byComputing.toFixed(2)}×  predicted ${speedup}× (${low}–${high})`,
      );
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
}

async function advise(root, client, script, rule, folder) {
  const port = await freePort();
  const load = `"${process.execPath}" "${client}" -c ${CONNECTIONS} -d ${SECONDS} http://127.0.0.1:${port}/hello`;
  const words = [join(root, 'dist/cli.cjs'), 'advise', '--json', '--load', load, script];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, PORT: String(port) },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`unblock advise exited with ${status}: ${stderr.slice(-500)}`);
  const report = join(folder, 'report.json');
  writeFileSync(report, stdout);
  const found = JSON.parse(stdout).advice.find((one) => one.rule === rule);
  if (found === undefined)
    throw new Error(
      `${rule} is not advised: ${JSON.parse(stdout)
        .leftAlone.map(({ reason }) => reason)
        .join(' ')}`,
    );
  execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'fix', report, '--advice', found.id, '--write'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return found;
}

/** Requests a second, and the processor time of each, after a second of warming up. */
async function rate(client, script) {
  const port = await freePort();
  const server = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PORT: String(port) } });
  try {
    await answers(port);
    ask(client, port, 1);
    const before = computed(server.pid);
    const { perSecond, total } = ask(client, port, SECONDS);
    return { perSecond, cost: (computed(server.pid) - before) / total };
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
}

function ask(client, port, seconds) {
  const words = [client, '-j', '-c', String(CONNECTIONS), '-d', String(seconds), `http://127.0.0.1:${port}/hello`];
  const { requests, duration, errors, non2xx } = JSON.parse(
    execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  if (errors > 0 || non2xx > 0) throw new Error(`${errors} requests failed, ${non2xx} were refused.`);
  return { perSecond: requests.total / duration, total: requests.total };
}

/** Processor time of a process and its children so far, in ticks of Linux's. */
function computed(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + computed(child), user + system);
}

async function answers(port) {
  for (;;) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/hello`)).text();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
