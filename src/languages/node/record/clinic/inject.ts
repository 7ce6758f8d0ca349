import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { writingSynchronously } from './sync-writer.ts';
import { SETTINGS_VARIABLE, type InjectSettings } from './settings.ts';

/**
 * Preloaded into the script's process ahead of our own agent: loads the collector of clinic doctor or bubbleprof, and undoes what either does
 * to the script's signals and environment. In a worker thread the collector would write over the main thread's files.
 */
const text = process.env[SETTINGS_VARIABLE];
if (isMainThread && text !== undefined) {
  const { collector, variables, failureFile, nodeOptions } = JSON.parse(text) as InjectSettings;
  const inherited = Object.keys(variables).map((name): [string, string | undefined] => [name, process.env[name]]);
  Object.assign(process.env, variables);
  try {
    const load = createRequire(collector);
    writingSynchronously(() => withoutItsSignals(() => withoutItsWarning(load, () => void load(collector))));
  } catch (error) {
    writeFileSync(failureFile, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const [name, value] of inherited) putBack(name, value);
  putBack(SETTINGS_VARIABLE, undefined);
  // Its children are not to be collected from: they would write over each other's files.
  const others = (process.env['NODE_OPTIONS'] ?? '').slice(nodeOptions.length).trim();
  putBack('NODE_OPTIONS', others === '' ? undefined : others);
}

function putBack(name: string, value: string | undefined): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The script's environment must not hold it.
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Its listeners would make Ctrl+C an ordinary exit. */
function withoutItsSignals(load: () => void): void {
  const signals = ['SIGINT', 'SIGUSR1', 'SIGUSR2'] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  load();
  for (const signal of signals)
    for (const listener of process.listeners(signal)) if (!before.get(signal)!.includes(listener)) process.off(signal, listener);
}

/** It would write to file descriptor 3, which is a pipe to its own starter and may be anything here, that the script looks compiled. */
function withoutItsWarning(load: NodeJS.Require, collect: () => void): void {
  const common = load('@clinic/clinic-common') as { checkForTranspiledCode?: (file: string) => boolean };
  const check = common.checkForTranspiledCode;
  common.checkForTranspiledCode = () => false;
  collect();
  if (check) common.checkForTranspiledCode = check;
}
