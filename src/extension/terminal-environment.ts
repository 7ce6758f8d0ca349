/** Variables that belong to the editor's own processes; with them a script would run inside the editor's binary, or be debugged while it is measured. */
const EDITORS_OWN = /^(VSCODE_|ELECTRON_|UNBLOCK_)/;

/**
 * The environment in which the user's scripts run: what the editor inherited (on a desktop that of a login shell) less what is the
 * editor's own, and on top what the terminal settings say (null removes a variable).
 */
export function terminalEnvironment(inherited: NodeJS.ProcessEnv, settings: Record<string, string | null>): Record<string, string> {
  const env: Record<string, string> = { TERM_PROGRAM: 'vscode', COLORTERM: 'truecolor' };
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !EDITORS_OWN.test(name)) env[name] = value;
  }
  if (/VSCODE|js-debug/i.test(env['NODE_OPTIONS'] ?? '')) delete env['NODE_OPTIONS'];
  for (const [name, value] of Object.entries(settings)) {
    if (value === null) Reflect.deleteProperty(env, name);
    else env[name] = value.replaceAll(/\$\{env:([^}]+)\}/g, (_, other: string) => inherited[other] ?? '');
  }
  return env;
}
