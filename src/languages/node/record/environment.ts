import { CHANNEL_VARIABLE, type ScriptSettings } from './agent/messages.ts';

/** What an editor sets for its own processes, and what is between the editor and our command. */
const NOT_FOR_THE_SCRIPT = /^(?:ELECTRON_|VSCODE_|UNBLOCK_)/i;

/** The environment the script gets: ours without the editor's variables and without debugger options, with the target's own on top. */
export function scriptEnvironment(inherited: NodeJS.ProcessEnv, own: Record<string, string>): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(inherited)) if (!NOT_FOR_THE_SCRIPT.test(name)) environment[name] = value;
  Object.assign(environment, own);
  const options = environment['NODE_OPTIONS'];
  if (options !== undefined) {
    const kept = withoutDebugger(options.match(/"[^"]*"|\S+/g) ?? []).join(' ');
    if (kept || options === '') environment['NODE_OPTIONS'] = kept;
    else delete environment['NODE_OPTIONS'];
  }
  return environment;
}

export function withChannel(environment: NodeJS.ProcessEnv, settings: ScriptSettings): NodeJS.ProcessEnv {
  return { ...environment, [CHANNEL_VARIABLE]: JSON.stringify(settings) };
}

/** Node options without those that open a debugger, and without VS Code's auto attach: only one can drive the profiler. */
export function withoutDebugger(options: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < options.length; at++) {
    const option = options[at]!;
    if (/^--(?:inspect|debug)(?:-|=|$)/.test(option)) {
      if (/^--(?:inspect|debug)-(?:port|publish-uid)$/.test(option)) at++;
    } else if (/^(?:-r|--require)$/.test(option) && isAutoAttach(options[at + 1])) at++;
    else if (!(option.startsWith('--require=') && isAutoAttach(option))) kept.push(option);
  }
  return kept;
}

function isAutoAttach(path: string | undefined): boolean {
  return path !== undefined && /js-debug[^"]*bootloader/.test(path);
}
