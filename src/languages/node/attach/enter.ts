import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import type { Target } from '../../../core/recording.ts';
import { CHANNEL_VARIABLE, type ChildSettings, MEASURED } from '../record/agent/messages.ts';
import type { AttachTo } from './attach-to.ts';
import { type InspectorClient, openInspector } from './inspector-client.ts';
import { inspectorAt, openInspectorOf } from './open-inspector.ts';

/** A process whose inspector we are connected to. */
export interface Entry {
  pid: number;
  target: Target;
  /** Starts the agent in it, which then calls the recorder. Throws a Failure. */
  loadAgent(settings: ChildSettings): Promise<void>;
  /** Takes leave of the inspector, and closes it where we opened it. Never throws. */
  leave(): Promise<void>;
}

const OLDEST_NODE = 20;
/** A main thread in the middle of a long native call answers late; an endless loop answers at once. */
const ANSWER_MS = 10_000;

/** Gets into a running process of node. `distFolder`: where the bundled agent is. Throws a Failure; the process is then as it was. */
export async function enter(to: AttachTo, distFolder: string): Promise<Entry> {
  const { place, opened } = 'pid' in to ? await openInspectorOf(to.pid) : { place: await inspectorAt(to.host, to.port), opened: false };
  const what = 'pid' in to ? `Process ${to.pid}` : `The node on port ${to.port}`;
  const inspector = await openInspector(place.host, place.port, place.socketPath, ANSWER_MS).catch((error: unknown) => {
    throw new Failure(`${what} ended its inspector's connection: try again.`, String(error));
  });
  const leave = async () => {
    // It ends the connection before it can answer.
    if (opened) await evaluate(inspector, `require('node:inspector').close()`).catch(() => undefined);
    inspector.close();
  };
  try {
    checkVersion(what, place.browser);
    const facts = await ask(what, inspector, distFolder);
    if ('pid' in to && facts.pid !== to.pid)
      throw new Failure(`The inspector on port ${place.port} is that of process ${facts.pid}, not of ${to.pid}: name it by its port.`);
    if (facts.electron) throw new Failure(`${what} is an Electron, not node: name the id of a node that runs.`);
    if (facts.measured) throw new Failure(`${what} is being measured already: wait until that run has ended.`);
    if (!facts.allowed)
      throw new Failure(`${what} runs under node's permission model, which keeps the agent out: start it without --permission.`);
    return {
      pid: facts.pid,
      target: targetOf(facts),
      async loadAgent(settings) {
        await evaluate(inspector, loading(join(distFolder, 'agent.cjs'), settings)).catch((error: unknown) => {
          throw new Failure(`${what} does not let itself be measured: restart it under Unblock instead.`, String(error));
        });
      },
      leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

function checkVersion(what: string, browser: string): void {
  const [, version, major] = /^node\.js\/v((\d+)\.\d+)/.exec(browser) ?? [];
  if (version === undefined) throw new Failure(`${what} is ${browser}, not node: name the id or the inspector's port of a node.`);
  if (Number(major) < OLDEST_NODE)
    throw new Failure(`${what} is Node ${version}, too old for Unblock (20 or newer): run it with a newer node.`);
}

interface Facts {
  pid: number;
  version: string;
  path: string;
  argv: string[];
  execArgv: string[];
  cwd: string;
  /** Of a CommonJS program the main module's file. */
  main: string | null;
  electron: boolean;
  measured: boolean;
  allowed: boolean;
}

async function ask(what: string, inspector: InspectorClient, distFolder: string): Promise<Facts> {
  const files = ['agent.cjs', 'interrupter.cjs', 'preload.cjs'].map((name) => join(distFolder, name));
  const expression = `(() => {
    const allows = (scope, file) => !process.permission || process.permission.has(scope, file);
    return JSON.stringify({
      pid: process.pid, version: process.versions.node, path: process.execPath, argv: process.argv.slice(1), execArgv: process.execArgv,
      cwd: process.cwd(), main: process.mainModule?.filename ?? null, electron: 'electron' in process.versions,
      measured: Symbol.for(${JSON.stringify(MEASURED)}) in process,
      allowed: allows('worker') && ${JSON.stringify(files)}.every((file) => allows('fs.read', file)),
    });
  })()`;
  try {
    return JSON.parse(String(await evaluate(inspector, expression))) as Facts;
  } catch (error) {
    throw new Failure(
      `${what} did not answer: it may be in a long call of native code, or paused by a debugger; try again.`,
      String(error),
    );
  }
}

/** Loads the agent as a module that no other can find, and tells it where we are. */
function loading(agentFile: string, settings: ChildSettings): string {
  const [file, variable, value] = [agentFile, CHANNEL_VARIABLE, JSON.stringify(settings)].map((word) => JSON.stringify(word));
  return `(() => {
    const Module = require('node:module');
    const agent = new Module(${file});
    agent.filename = ${file};
    process.env[${variable}] = ${value};
    try {
      agent._compile(require('node:fs').readFileSync(${file}, 'utf8'), ${file});
    } finally {
      delete process.env[${variable}];
    }
  })()`;
}

/** Throws an Error with what the process has to say where it throws. */
async function evaluate(inspector: InspectorClient, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = (await inspector.call('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    returnByValue: true,
    silent: true,
  })) as { result?: { value?: unknown }; exceptionDetails?: { text?: string; exception?: { description?: string } } };
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result?.value;
}

function targetOf({ argv, main, path, version, execArgv, cwd }: Facts): Target {
  const [script, ...args] = argv;
  return {
    script: main ?? (script === undefined ? join(cwd, '[eval]') : realPath(script)),
    args,
    cwd,
    node: { path, version },
    nodeOptions: execArgv,
    env: {},
  };
}

/** A program of `node_modules/.bin` is a link: its own name and package are what the report is about. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
