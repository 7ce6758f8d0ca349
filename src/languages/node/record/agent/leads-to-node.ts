import fs from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';

/** `node`: the process is one of node. `perhaps`: it may start one (a shell, a script). `no`: neither, or it must be left alone. */
export type Leads = 'node' | 'perhaps' | 'no';

const NODE = /^node(?:js)?(?:[-.]?v?[\d.]+)?(?:\.exe)?$/i;
const SHELL = /^(?:(?:ba|da|z|k|fi|a)?sh|cmd|powershell|pwsh)(?:\.exe)?$/i;
/** With these options node could not read the agent, or it makes an image of its memory, in which the agent must not be. */
const CLOSED = /(?:^|\s)--(?:experimental-)?permission\b|--build-snapshot\b|--experimental-sea-config\b/;
const NO_WORD = /^(?:-|\d*$|\w+=)/;
const MOST_WORDS = 40;
const SHEBANG_BYTES = 120;

// The script's calls are measured; ours are not the script's.
const openSync = fs.openSync.bind(fs);
const readSync = fs.readSync.bind(fs);
const closeSync = fs.closeSync.bind(fs);

export interface Launched {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The PATH that the file is looked for on. */
  path: string;
  nodeOptions: string;
}

/** Whether a process that is about to be started is one of node, or may start one. Reads the first bytes of scripts, each once. */
export function leadsToNode({ file, args, cwd, path, nodeOptions }: Launched): Leads {
  const line = args.join(' ');
  if (CLOSED.test(nodeOptions) || CLOSED.test(line)) return 'no';
  const name = basename(file);
  if (file === process.execPath || NODE.test(name)) return 'node';
  if (SHELL.test(name)) return commandLeads(args.slice(1), cwd, path) ? 'perhaps' : 'no';
  const interpreter = interpreterOf(file, cwd, path);
  if (interpreter !== null) return /\bnode\b/.test(interpreter) ? 'node' : 'perhaps';
  // Such as `env node x.js`, `nice node x.js`, `xargs npx`.
  return args.some(startsNode) ? 'perhaps' : 'no';
}

function commandLeads(args: readonly string[], cwd: string, path: string): boolean {
  if (process.platform === 'win32') return true;
  const line = args.join(' ');
  if (line.includes('$') || line.includes('`')) return true;
  const words = line.split(/[\s;&|()<>'"]+/).filter((word) => !NO_WORD.test(word));
  return words.slice(0, MOST_WORDS).some((word) => startsNode(word) || interpreterOf(word, cwd, path) !== null);
}

function startsNode(word: string): boolean {
  const name = basename(word);
  return NODE.test(name) || /^(?:np[mx]|pnpm|yarn|corepack|tsx|ts-node)$/.test(name);
}

const known = new Map<string, string | null>();

/** The first line of a script, from its `#!`; null where the file is no script, or not there. */
function interpreterOf(file: string, cwd: string, path: string): string | null {
  const key = file.includes('/') ? resolve(cwd, file) : `${file}\n${path}`;
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = readInterpreter(candidates(file, cwd, path))));
  return found;
}

function candidates(file: string, cwd: string, path: string): string[] {
  return file.includes('/') ? [resolve(cwd, file)] : path.split(delimiter).map((folder) => join(resolve(cwd, folder), file));
}

function readInterpreter(paths: readonly string[]): string | null {
  for (const path of paths) {
    try {
      const start = Buffer.alloc(SHEBANG_BYTES);
      const fd = openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      try {
        const length = readSync(fd, start, 0, start.length, 0);
        const text = start.toString('latin1', 0, length);
        return text.startsWith('#!') ? text.split('\n')[0]! : null;
      } finally {
        closeSync(fd);
      }
    } catch {
      // Not in this folder, or a folder itself.
    }
  }
  return null;
}
