import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { CpuProfile, CpuProfileNode } from '../core/recording.ts';
import { find0x } from '../languages/node/record/0x/run.ts';

/** A minute: 0x draws a large profile in seconds, and one that hangs must not stay. */
const PATIENCE_MS = 60_000;

export interface FlameGraphRequest {
  /** Of any recording or of another tool. */
  profile: CpuProfile;
  title: string;
  /** The user's node, which runs 0x. */
  nodePath: string;
  /** The folder that holds the bundled programs. */
  distFolder: string;
  /** Where the page is to lie. */
  output: string;
  /** Aborted: end 0x and leave nothing; the promise is rejected with a Failure. */
  cancel: AbortSignal;
}

/** Has 0x draw its flame graph of a profile as an HTML page. Leaves nothing but the page. Throws a Failure. */
export async function draw0xFlameGraph({ profile, title, nodePath, distFolder, output, cancel }: FlameGraphRequest): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unblock-0x-'));
  try {
    const file = join(folder, 'profile.cpuprofile');
    writeFileSync(file, JSON.stringify(as0xReadsIt(profile)));
    const said = await run(
      nodePath,
      [find0x(distFolder), '--quiet', '--visualize-cpu-profile', file, '--working-dir', folder, '--title', title],
      folder,
      cancel,
    );
    if (cancel.aborted) throw new Failure('0x was stopped before it had drawn its flame graph.');
    const page = join(folder, 'flamegraph.html');
    if (!existsSync(page)) throw new Failure('0x could not draw the flame graph: use the flame graph of Unblock.', said);
    try {
      copyFileSync(page, output);
    } catch (error) {
      throw new Failure(`${output} can't be written: choose a place that you may write to.`, String(error));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * 0x draws hit counts, takes the node with id 1 for the root and shows V8's 0-based lines as they are. So the counts are made µs,
 * the ids counted anew and the lines raised by one.
 */
function as0xReadsIt(profile: CpuProfile): { nodes: CpuProfileNode[] } {
  const children = new Set(profile.nodes.flatMap((node) => node.children ?? []));
  const root = profile.nodes.find(({ id }) => !children.has(id));
  const ordered = root ? [root, ...profile.nodes.filter((node) => node !== root)] : profile.nodes;
  const ids = new Map(ordered.map(({ id }, index) => [id, index + 1]));
  const weights = new Map<number, number>();
  // A sample lasts until the next one, as every reader of the format has it.
  profile.samples.forEach((id, index) => weights.set(id, (weights.get(id) ?? 0) + (profile.timeDeltas[index + 1] ?? 0)));
  return {
    nodes: ordered.map(({ id, callFrame, children }) => ({
      id: ids.get(id)!,
      callFrame: { ...callFrame, lineNumber: callFrame.lineNumber + 1 },
      hitCount: Math.max(0, Math.round(weights.get(id) ?? 0)),
      children: (children ?? []).flatMap((child) => ids.get(child) ?? []),
    })),
  };
}

/** Runs a program of node's to its end, and returns what it said on stderr. */
function run(nodePath: string, args: string[], cwd: string, cancel: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // What an editor or a debugger sets for node would end up in 0x.
    const unwanted = /^(NODE_|ELECTRON_|VSCODE_|UNBLOCK_)/;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
    const child = spawn(nodePath, args, {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
    const end = (): void => void child.kill('SIGKILL');
    cancel.addEventListener('abort', end);
    if (cancel.aborted) end();
    child.once('error', (error) => reject(new Failure(`${nodePath} could not be started: set the path of node.`, String(error))));
    child.once('close', () => {
      cancel.removeEventListener('abort', end);
      resolve(said);
    });
  });
}
