/** A real VS Code in the browser with the packaged extension (out/unblock.vsix) and a copy of the examples, until Ctrl+C. */
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installVsix, startCodeServer } from './code-server.ts';
import { temporaryFolder } from './temporary.ts';

const root = resolve(import.meta.dirname, '../..');
const temporary = temporaryFolder('vscode');

const examples = join(temporary, 'examples');
cpSync(join(root, 'examples'), examples, { recursive: true });
const dataFolder = join(temporary, 'data');
// The workbench in the browser takes an extension from its folder only when it is there to be tested.
installVsix('1.139', dataFolder, join(root, 'out/unblock.vsix'));
const server = await startCodeServer({ version: '1.139', dataFolder, inHostTests: false });
const url = server.url(examples);
console.log(`VS Code is at\n\n  ${url}\n\nwith a copy of the examples, which goes away at the end. Ctrl+C ends it.`);
openBrowser(url);

await server.died;

/** Only where there is a screen to show it on. */
function openBrowser(address: string): void {
  if (process.env['DISPLAY'] === undefined && process.env['WAYLAND_DISPLAY'] === undefined) return;
  spawn('xdg-open', [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
