import cluster from 'node:cluster';
import fs from 'node:fs';
import { createRequire, findSourceMap, syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type { OperationLog as Operations } from '../../../../core/recording.ts';
import { createCallSites } from '../agent/call-sites.ts';
import { nowUs } from '../agent/clock.ts';
import { wrapCoreApis } from '../agent/core-apis.ts';
import { BEGIN_EVENT } from '../agent/messages.ts';
import { createOperationLog } from '../agent/operation-log.ts';
import { wrapTimers } from '../agent/timers.ts';
import { forgetNoCache, keepLines } from '../agent/typescript-loader.ts';
import { wrapWorkers } from '../agent/worker-waits.ts';
import { SETTINGS_VARIABLE, type AgentSettings, type ScriptStatus } from './status.ts';

/**
 * Preloaded into the script's process after 0x's own preloads. It writes down what 0x doesn't tell (process, exit code, CPU time, when the
 * script's first line ran, the operations that wait) and undoes what 0x does to child processes, which crash with its options.
 */
if (isMainThread) {
  const settings = process.env[SETTINGS_VARIABLE];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The script's environment must not hold it.
  delete process.env[SETTINGS_VARIABLE];
  if (settings !== undefined) follow(JSON.parse(settings) as AgentSettings);
}

function follow({ statusFile, nodeOptions, loader, nodeOptionsVariable }: AgentSettings): void {
  const status: ScriptStatus = {
    pid: process.pid,
    beginTickUs: 0,
    beginUs: 0,
    endUs: 0,
    exitCode: null,
    signal: null,
    threw: false,
    cpuUs: 0,
    operations: null,
    sourceMaps: {},
  };
  const { renameSync, writeFileSync } = fs;
  const write = (): void => {
    // Beside it first, so that nobody reads half a file.
    writeFileSync(`${statusFile}.new`, JSON.stringify(status));
    renameSync(`${statusFile}.new`, statusFile);
  };
  const cpuUsage = process.cpuUsage.bind(process);

  process.execArgv = [...nodeOptions];
  if (nodeOptionsVariable !== null) process.env['NODE_OPTIONS'] = nodeOptionsVariable;
  // 0x throws here, as it can't measure a cluster's workers; they run without it.
  cluster.removeAllListeners('fork');

  const log = createOperationLog(createCallSites(__filename));
  wrapCoreApis(log);
  wrapTimers(log);
  wrapWorkers(log);
  syncBuiltinESMExports();

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.prependListener(signal, () => {
      status.signal = signal;
    });
  process.on('uncaughtExceptionMonitor', () => {
    status.threw = true;
  });
  // 0x does not write a line down that the script has while it exits, so the last listener to hear of it has everything.
  process.on('exit', (code) => {
    const cpu = cpuUsage(cpuAtStart);
    Object.assign(status, {
      exitCode: code,
      endUs: nowUs(),
      cpuUs: cpu.user + cpu.system,
      operations: operationsOf(log.delta()),
      sourceMaps: sourceMaps(),
    });
    log.close();
    write();
  });
  let cpuAtStart = cpuUsage();
  const begin = (): void => {
    status.beginTickUs = (performance.now() - performance.nodeTiming.v8Start) * 1000;
    markBegin();
    cpuAtStart = cpuUsage();
    status.beginUs = nowUs();
    write();
    log.open();
  };
  if (loader === null) begin();
  else {
    process.once(BEGIN_EVENT, () => {
      forgetNoCache();
      begin();
    });
    keepLines(loader);
    write();
  }
}

/** Maps that Node keeps because a loader asked for it (tsx does): what ran is not what the files hold. Only CommonJS can be listed. */
function sourceMaps(): Record<string, string> {
  const maps: Record<string, string> = {};
  const script = process.argv[1] ?? '';
  for (const url of [...Object.keys(createRequire(__filename).cache), script, pathToFileURL(script).href]) {
    const map = findSourceMap(url);
    if (map) maps[url] = JSON.stringify(map.payload);
  }
  return maps;
}

function operationsOf({ apis, sites, sync, async }: ReturnType<ReturnType<typeof createOperationLog>['delta']>): Operations {
  return { apis, sites, sync, async: { api: async.api, site: async.site, startUs: async.startUs, endUs: async.endUs } };
}

/**
 * Busy for long enough to be seen by two ticks under this name: where they end the script's first line begins, so that the ticks' clock and
 * the operations' can be laid over each other.
 */
function markBegin(): void {
  const untilUs = nowUs() + 2500;
  while (nowUs() < untilUs);
}
