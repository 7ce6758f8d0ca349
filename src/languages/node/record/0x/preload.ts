/**
 * Runs inside the script's process, after 0x's own preloads: writes down what 0x doesn't tell (pid, exit code, CPU time, when the
 * script's first line ran) and undoes what 0x does to child processes, which crash when they inherit its options.
 */
export function preloadSource(statusFile: string, nodeOptions: readonly string[], nodeOptionsVariable: string | undefined): string {
  return `'use strict';
const fs = require('node:fs');
if (require('node:worker_threads').isMainThread) {
  const status = { pid: process.pid, beginUs: 0, endUs: 0, exitCode: null, signal: null, threw: false, cpuUs: 0, cpuBeforeUs: 0 };
  const nowUs = () => (performance.now() - performance.nodeTiming.v8Start) * 1000;
  const cpuUs = () => { const { user, system } = process.cpuUsage(); return user + system; };
  // Beside it first, so that nobody reads half a file.
  const write = () => { fs.writeFileSync(${JSON.stringify(`${statusFile}.new`)}, JSON.stringify(status)); fs.renameSync(${JSON.stringify(`${statusFile}.new`)}, ${JSON.stringify(statusFile)}); };
  process.execArgv = ${JSON.stringify(nodeOptions)};
  ${nodeOptionsVariable === undefined ? '' : `process.env.NODE_OPTIONS = ${JSON.stringify(nodeOptionsVariable)};`}
  require('node:cluster').removeAllListeners('fork');
  for (const signal of ['SIGINT', 'SIGTERM']) process.prependListener(signal, () => { status.signal = signal; });
  process.on('uncaughtExceptionMonitor', () => { status.threw = true; });
  process.on('exit', (code) => { Object.assign(status, { exitCode: code, endUs: nowUs(), cpuUs: cpuUs() - status.cpuBeforeUs }); write(); });
  status.beginUs = nowUs();
  status.cpuBeforeUs = cpuUs();
  write();
}
`;
}

/** What the preload wrote; `endUs` is 0 as long as the script runs, or when it was killed. Times in µs since V8 began. */
export interface ScriptStatus {
  pid: number;
  beginUs: number;
  endUs: number;
  exitCode: number | null;
  signal: string | null;
  threw: boolean;
  cpuUs: number;
}
