import { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { leadsToNode } from './leads-to-node.ts';
import { CHANNEL_VARIABLE, type ChildChannel, type ChildSettings } from './messages.ts';
import { withPreload } from './node-options.ts';
import { replace } from './wrap.ts';

/** What Node's own layers hand down to start a process: `spawn`, `fork`, `exec`, `cluster` and the synchronous ones all end here. */
interface SpawnOptions {
  file?: unknown;
  args?: unknown;
  cwd?: unknown;
  envPairs?: unknown;
  uid?: unknown;
  gid?: unknown;
}

export interface StartedChildren {
  /** How many processes of node this thread has started. */
  readonly count: number;
  /** Whether it has started any that may be measured. */
  readonly any: boolean;
  /** From now on they are left alone. */
  leave(): void;
}

const PRELOAD = join(__dirname, 'preload.cjs');
const { stringify } = JSON;

/**
 * Has the processes that the calling thread starts measured, where they are node or may start one: two variables are added to those that
 * the script gives them, whichever those are. Our preload takes them out again before the process's first line.
 */
export function followChildren(channel: ChildChannel | null): StartedChildren {
  let following = channel;
  let count = 0;
  let any = false;
  const during = (options: SpawnOptions, start: () => unknown, pidOf: (result: unknown) => unknown): unknown => {
    const { envPairs } = options;
    const told = following ? variablesFor(options, following) : null;
    if (!told) return start();
    try {
      any = true;
      options.envPairs = told.envPairs;
      const result = start();
      if (told.direct && Number(pidOf(result)) > 0) count++;
      return result;
    } finally {
      options.envPairs = envPairs;
    }
  };

  if (channel) {
    replace(
      ChildProcess.prototype,
      'spawn',
      (original) =>
        function (...args) {
          const start = () => Reflect.apply(original, this, args);
          return isObject(args[0]) ? during(args[0], start, () => (this as ChildProcess).pid) : start();
        },
    );
    const binding = synchronousBinding();
    if (binding) {
      replace(
        binding,
        'spawn',
        (original) =>
          function (...args) {
            const start = () => Reflect.apply(original, this, args);
            return isObject(args[0]) ? during(args[0], start, (result) => (result as { pid?: unknown } | null)?.pid) : start();
          },
      );
    }
  }
  return {
    get any() {
      return any;
    },
    get count() {
      return count;
    },
    leave() {
      following = null;
    },
  };
}

function isObject(value: unknown): value is SpawnOptions {
  return typeof value === 'object' && value !== null;
}

/** `spawnSync`, `execSync` and `execFileSync` meet nowhere else. Node prints a warning for asking, where it was told to warn of what is to come. */
function synchronousBinding(): object | null {
  if (process.execArgv.includes('--pending-deprecation') || process.env['NODE_PENDING_DEPRECATION'] === '1') return null;
  try {
    const { binding } = process as unknown as { binding?: (name: string) => object };
    return binding?.('spawn_sync') ?? null;
  } catch {
    return null;
  }
}

const OPTIONS = /^NODE_OPTIONS=/i;

function variablesFor(
  { file, args, cwd, envPairs, uid, gid }: SpawnOptions,
  channel: ChildChannel,
): { envPairs: string[]; direct: boolean } | null {
  // Another user's process may not be able to read our files.
  if (typeof file !== 'string' || !Array.isArray(envPairs) || typeof uid === 'number' || typeof gid === 'number') return null;
  const pairs = envPairs.filter((pair): pair is string => typeof pair === 'string');
  const valueOf = (name: string): string | null => {
    const pair = pairs.find((one) => one.startsWith(`${name}=`));
    return pair === undefined ? null : pair.slice(name.length + 1);
  };
  const at = pairs.findIndex((pair) => (process.platform === 'win32' ? OPTIONS.test(pair) : pair.startsWith('NODE_OPTIONS=')));
  const nodeOptions = at < 0 ? null : pairs[at]!.slice('NODE_OPTIONS='.length);
  const leads = leadsToNode({
    file,
    args: Array.isArray(args) ? args.map(String) : [],
    cwd: typeof cwd === 'string' ? cwd : process.cwd(),
    path: valueOf('PATH') ?? process.env['PATH'] ?? '',
    nodeOptions: nodeOptions ?? '',
  });
  if (leads === 'no') return null;
  const settings: ChildSettings = { ...channel, direct: leads === 'node', attached: false };
  const told = pairs.filter((_, index) => index !== at);
  told.push(`NODE_OPTIONS=${withPreload(nodeOptions, PRELOAD)}`, `${CHANNEL_VARIABLE}=${stringify(settings)}`);
  return { envPairs: told, direct: settings.direct };
}
