import type { EngineId } from '../core/recording.ts';
import type { RefactorChoice } from '../core/report/report.ts';
import { type AttachTo, readAttachTo } from '../languages/node/attach/attach-to.ts';
import type { TestChoice } from '../languages/node/launch/one-test.ts';
import { splitArguments } from '../languages/node/launch/command-line.ts';

/** What the command line asks for. Paths are as they were typed. */
export type Command =
  | { command: 'help' }
  | { command: 'version' }
  | AdviseCommand
  | CountCallsCommand
  | FixCommand
  | { command: 'open'; input: string; output: string | null; engine: 'own' | '0x' };

export interface AdviseCommand {
  command: 'advise';
  json: boolean;
  sarif: string | null;
  html: string | null;
  engine: EngineId;
  /** In seconds. */
  stopAfter: number | null;
  save: string | null;
  node: string | null;
  /** The script is run a second time to count calls. */
  countCalls: boolean;
  /** How often the script is run, one run after another. */
  repeat: number;
  /** The words of a command that puts the script, a server, under load. */
  load: string[] | null;
  source: Source;
  /** What is run of a test file; null for all of it. */
  test: TestChoice | null;
  /** Where the source has arguments of its own, after them. */
  args: string[];
}

export interface FixCommand {
  command: 'fix';
  report: string;
  advice: string;
  /** Another way to make the change; null for the usual one. */
  choice: RefactorChoice['id'] | null;
  write: boolean;
}

export interface CountCallsCommand {
  command: 'count-calls';
  /** What `--save` wrote. */
  folder: string;
  json: boolean;
}

/** What names the script: its path, a script of package.json, a configuration of launch.json with the file it is about, or a program that runs. */
export type Source =
  | { kind: 'script'; script: string }
  | { kind: 'npm-script'; name: string }
  | { kind: 'launch'; name: string; file: string | null }
  | { kind: 'attach'; to: AttachTo };

/** The command line is wrong: `message` is one line that says what to write instead. */
export class UsageError extends Error {}

export const USAGE = `Profile first, optimize second: where a Node.js script spends its time, and the change that pays.

  unblock advise [options] SCRIPT [ARGS…]     run a script under a profiler and report what would make it faster
    --json                   the report as JSON on stdout; the script's own output goes to stderr
    --sarif FILE             the advice as SARIF, for code scanning
    --html FILE              the report with its flame graph, as one page
    --engine ENGINE          what measures it: v8 (default), 0x, clinic-doctor, clinic-flame or clinic-bubbleprof
    --stop-after SECONDS     end a server or an endless loop after this time and report what was measured
    --load COMMAND           measure a server from its first open port until COMMAND has ended: "autocannon -d 5 http://127.0.0.1:{port}"
    --repeat N               run a short script N times, one after another: all figures are sums over the runs
    --count-calls            run the script a second time to count calls and to see what their arguments take to copy: it decides whether a worker pays
    --test NAME              of a test file only the test of this full name (the titles around it first); --test-at LINE: the one in this line
    --save DIR               keep report.json, recording.json and profile.cpuprofile
    --node PATH              the node to run it with (default: the one on the PATH)

  unblock advise [options] --script NAME [ARGS…]
                             run a script of package.json
  unblock advise [options] --launch NAME [--file FILE] [ARGS…]
                             run a configuration of .vscode/launch.json; FILE stands for the open file

  unblock advise [options] --attach PID|:PORT
                             measure a node process that runs already, by its id or its inspector's port, until
                             Ctrl+C or --stop-after; it then runs on

  unblock count-calls DIR [--json]
                             run the script of a saved run a second time, as --count-calls does, and write its report anew

  unblock fix REPORT.json --advice ID [--choice shared-memory] [--write]
                             print the change that an advice proposes as a diff, or make it; with the choice typed arrays are
                             shared by threads (SharedArrayBuffer) in place of being copied

  unblock open PROFILE [--html FILE] [--engine 0x]
                             draw the flame graph of a .cpuprofile or a saved recording

  unblock --help, unblock --version

Exit codes: 0 a report was made, whatever the script's own exit code; 1 nothing could be recorded; 2 bad usage.
`;

const ENGINES: readonly EngineId[] = ['v8', '0x', 'clinic-doctor', 'clinic-flame', 'clinic-bubbleprof'];

/** What the words after `unblock` ask for. Options of `advise` end at SCRIPT, so that the rest is the script's own. Throws a {@link UsageError}. */
export function parseCommand(words: readonly string[]): Command {
  const [command, ...rest] = words;
  switch (command) {
    case undefined:
      throw new UsageError('Say what to do: `unblock advise SCRIPT`, or `unblock --help`.');
    case '--help':
    case '-h':
    case 'help':
      return { command: 'help' };
    case '--version':
    case '-v':
      return { command: 'version' };
    case 'advise':
      return parseAdvise(rest);
    case 'count-calls':
      return parseCountCalls(rest);
    case 'fix':
      return parseFix(rest);
    case 'open':
      return parseOpen(rest);
    default:
      throw new UsageError(`There is no command ${command}: write \`unblock advise SCRIPT\`, or \`unblock --help\`.`);
  }
}

function parseAdvise(words: readonly string[]): Command {
  const { options, operands } = parseOptions(
    words,
    {
      json: 'flag',
      sarif: 'value',
      html: 'value',
      engine: 'value',
      'stop-after': 'value',
      save: 'value',
      node: 'value',
      load: 'value',
      'count-calls': 'flag',
      repeat: 'value',
      script: 'value',
      launch: 'value',
      file: 'value',
      attach: 'value',
      test: 'value',
      'test-at': 'value',
      help: 'flag',
    },
    'first',
  );
  if (options.has('help')) return { command: 'help' };
  const { source, args } = sourceOf(options, operands);
  const engine = ENGINES.find((id) => id === (options.get('engine') ?? 'v8'));
  if (!engine)
    throw new UsageError(
      `--engine takes ${ENGINES.slice(0, -1).join(', ')} or ${ENGINES.at(-1) ?? ''}, not ${options.get('engine') ?? ''}.`,
    );
  const server = ['load', 'stop-after'].find((name) => options.has(name));
  if (options.has('count-calls') && server !== undefined)
    throw new UsageError(`--count-calls needs a script that ends by itself: leave out --${server}.`);
  const repeat = options.has('repeat') ? runs(options.get('repeat') ?? '') : 1;
  const other = [server, options.has('count-calls') ? 'count-calls' : undefined].find((name) => name !== undefined);
  if (repeat > 1 && other !== undefined)
    throw new UsageError(`--repeat needs a script that ends by itself, measured as it is: leave out --${other}.`);
  if (repeat > 1 && engine !== 'v8') throw new UsageError('--repeat is for the engine v8: leave out --engine.');
  return {
    command: 'advise',
    repeat,
    json: options.has('json'),
    sarif: options.get('sarif') ?? null,
    html: options.get('html') ?? null,
    engine,
    stopAfter: options.has('stop-after') ? seconds(options.get('stop-after') ?? '') : null,
    save: options.get('save') ?? null,
    node: options.get('node') ?? null,
    countCalls: options.has('count-calls'),
    load: options.has('load') ? loadCommand(options.get('load') ?? '') : null,
    source,
    test: testOf(options, source),
    args,
  };
}

function parseCountCalls(words: readonly string[]): Command {
  const { options, operands } = parseOptions(words, { json: 'flag', help: 'flag' }, 'anywhere');
  if (options.has('help')) return { command: 'help' };
  const [folder] = operands;
  if (folder === undefined || operands.length > 1) throw new UsageError('Write `unblock count-calls DIR`: the folder of `--save DIR`.');
  return { command: 'count-calls', folder, json: options.has('json') };
}

function parseFix(words: readonly string[]): Command {
  const { options, operands } = parseOptions(words, { advice: 'value', choice: 'value', write: 'flag', help: 'flag' }, 'anywhere');
  if (options.has('help')) return { command: 'help' };
  const [report] = operands;
  const advice = options.get('advice');
  if (report === undefined || operands.length > 1 || advice === undefined)
    throw new UsageError('Write `unblock fix REPORT.json --advice ID [--choice shared-memory] [--write]`.');
  const choice = options.get('choice') ?? null;
  if (choice !== null && choice !== 'shared-memory') throw new UsageError(`--choice takes shared-memory, not ${choice}.`);
  return { command: 'fix', report, advice, choice, write: options.has('write') };
}

function parseOpen(words: readonly string[]): Command {
  const { options, operands } = parseOptions(words, { html: 'value', engine: 'value', help: 'flag' }, 'anywhere');
  if (options.has('help')) return { command: 'help' };
  const [input] = operands;
  if (input === undefined || operands.length > 1) throw new UsageError('Write `unblock open PROFILE [--html FILE] [--engine 0x]`.');
  const engine = options.get('engine') ?? 'own';
  if (engine !== 'own' && engine !== '0x')
    throw new UsageError(`--engine takes 0x here, not ${engine}: leave it out for Unblock's own page.`);
  return { command: 'open', input, output: options.get('html') ?? null, engine };
}

/** More runs tell no more, and a script of half a second takes ten minutes already. */
const MOST_RUNS = 1000;

function runs(word: string): number {
  const value = Number(word);
  if (!Number.isInteger(value) || value < 1 || value > MOST_RUNS)
    throw new UsageError(`--repeat takes a number of runs from 1 to ${MOST_RUNS}, such as 20, not ${word === '' ? 'nothing' : word}.`);
  return value;
}

/** A day at most: a timer can't count further than 24 days, and a typed millisecond figure is caught. */
function seconds(word: string): number {
  const value = Number(word);
  if (word.trim() === '' || !(value > 0) || value > 86_400)
    throw new UsageError(`--stop-after takes seconds, such as 10, not ${word === '' ? 'nothing' : word}.`);
  return value;
}

function sourceOf(options: Map<string, string>, operands: string[]): { source: Source; args: string[] } {
  const npmScript = options.get('script');
  const launch = options.get('launch');
  const file = options.get('file') ?? null;
  if (file !== null && launch === undefined)
    throw new UsageError('--file is what a configuration of --launch is about: write --launch NAME too.');
  if (npmScript !== undefined && launch !== undefined) throw new UsageError('--script and --launch both say what to run: leave one out.');
  const attach = options.get('attach');
  if (attach !== undefined) return { source: { kind: 'attach', to: attachTo(attach, options, operands, npmScript ?? launch) }, args: [] };
  if (npmScript !== undefined) return { source: { kind: 'npm-script', name: npmScript }, args: operands };
  if (launch !== undefined) return { source: { kind: 'launch', name: launch, file }, args: operands };
  const [script, ...args] = operands;
  if (script === undefined || script === '') throw new UsageError('Name the script to run: `unblock advise SCRIPT`.');
  return { source: { kind: 'script', script }, args };
}

function attachTo(words: string, options: Map<string, string>, [operand]: string[], other: string | undefined): AttachTo {
  const to = readAttachTo(words);
  if (to === 'elsewhere')
    throw new UsageError(`--attach measures processes of this machine: run Unblock on ${words.replace(/:\d+$/, '')} instead.`);
  if (to === null)
    throw new UsageError(`--attach takes a process's id, such as 4711, or its inspector's port, such as :9229, not ${words}.`);
  if (operand !== undefined || other !== undefined)
    throw new UsageError(`--attach measures what runs already: leave out ${operand ?? '--script and --launch'}.`);
  const fixed = ['load', 'count-calls', 'node'].find((name) => options.has(name));
  if (fixed !== undefined) throw new UsageError(`--attach measures what runs already: leave out --${fixed}.`);
  if ((options.get('engine') ?? 'v8') !== 'v8') throw new UsageError('--attach measures with the engine v8 only: leave out --engine.');
  return to;
}

/** One test of a test file: by its name, or by a line that it is in. */
function testOf(options: Map<string, string>, source: Source): TestChoice | null {
  const name = options.get('test');
  const word = options.get('test-at');
  if (name === undefined && word === undefined) return null;
  if (source.kind !== 'script') throw new UsageError('--test and --test-at choose from a test file: name the file as the SCRIPT.');
  if (name !== undefined && word !== undefined) throw new UsageError('--test and --test-at both say which test: leave one out.');
  if (word === undefined) return { name: name ?? '' };
  if (!/^[1-9]\d{0,8}$/.test(word)) throw new UsageError(`--test-at takes a line, such as 12, not ${word}.`);
  return { line: Number(word) };
}

/** No shell runs it, so that what only a shell does is refused; a `&` or `?` inside a word is the command's own. */
function loadCommand(line: string): string[] {
  const words = splitArguments(line);
  if (words.length === 0) throw new UsageError('--load takes a command, such as "autocannon -d 5 http://127.0.0.1:{port}".');
  const shells = words.find((word, index) => /^(?:[|&;]+|\d*[<>].*)$/.test(word) || (index === 0 && /^\w+=/.test(word)));
  if (shells !== undefined)
    throw new UsageError(`--load takes one command without a shell's ${shells}: put more into a script of its own.`);
  return words;
}

interface Parsed {
  /** A flag's value is the empty string. */
  options: Map<string, string>;
  operands: string[];
}

/** `--name value` and `--name=value`; `--` ends the options, and so does the first operand where options stand `first`. */
function parseOptions(words: readonly string[], known: Record<string, 'flag' | 'value'>, where: 'first' | 'anywhere'): Parsed {
  const options = new Map<string, string>();
  const operands: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--') {
      operands.push(...words.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (where === 'first') {
        operands.push(...words.slice(index));
        break;
      }
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const kind = word.startsWith('--') && Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) throw new UsageError(`There is no option ${word}: see \`unblock --help\`.`);
    if (kind === 'flag') {
      if (equals >= 0) throw new UsageError(`--${name} takes no value.`);
      options.set(name, '');
      continue;
    }
    const value = equals >= 0 ? word.slice(equals + 1) : words[++index];
    if (value === undefined || value === '' || (equals < 0 && value.startsWith('--'))) throw new UsageError(`--${name} needs a value.`);
    options.set(name, value);
  }
  return { options, operands };
}
