import { spawn } from 'node:child_process';

/** What test runners say at their end: how many tests passed and failed. */
const COUNTS = [
  { passed: /^# pass\s+(\d+)/gm, failed: /^# fail\s+(\d+)/gm },
  { passed: /(\d+) passing\b/g, failed: /(\d+) failing\b/g },
  { passed: /(\d+) honored/g, failed: /(\d+) (?:broken|errored)/g },
  { passed: /OK: (\d+) assertions/g, failed: /FAILURES: (\d+)\//g, all: /FAILURES: \d+\/(\d+)/g },
  { passed: /^\s*ok \d+/gm, failed: /^\s*not ok \d+/gm, each: true },
];

const LONGEST_MS = 100_000;

/**
 * Runs a package's own suite with this very node. Tests that silently no longer run are as wrong as tests that fail, so what counts as the same
 * outcome is the exit code and both counts.
 * @returns {Promise<{ code: number, passed: number, failed: number, seconds: number, output: string }>}
 */
export function runSuite(folder, { suite, env = {}, count }, more = {}) {
  const started = performance.now();
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|NODE_TEST|UNBLOCK)/.test(name)));
  const child = spawn(process.execPath, suite, {
    cwd: folder,
    env: { ...own, CI: '1', FORCE_COLOR: '0', ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    // The whole group: what a hanging suite has started hangs as well.
    const killGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(killGroup, LONGEST_MS);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      killGroup();
      resolve({ code: code ?? signal, ...counted(output, count), seconds: (performance.now() - started) / 1000, output });
    });
  });
}

export function sameOutcome(one, other) {
  return one.code === other.code && one.passed === other.passed && one.failed === other.failed;
}

function counted(text, own) {
  // eslint-disable-next-line no-control-regex
  const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, '');
  for (const { passed, failed, all, each } of own === undefined ? COUNTS : [own]) {
    const sum = (pattern) => [...plain.matchAll(pattern)].reduce((total, match) => total + (each ? 1 : Number(match[1])), 0);
    const found = { passed: sum(passed), failed: sum(failed) };
    if (all !== undefined && found.failed > 0) found.passed = sum(all) - found.failed;
    if (found.passed + found.failed > 0) return found;
  }
  return { passed: 0, failed: 0 };
}
