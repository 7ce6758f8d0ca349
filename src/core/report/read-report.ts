import { Failure } from '../failure.ts';
import { BOUNDS, MODELS, type Report } from './report.ts';

/** What is wrong with a value, as `hotSpots[3].line is no number`; null where nothing is. */
type Check = (value: unknown, path: string) => string | null;

/**
 * Reads a report that was saved, and trusts nothing in it: whoever gets one may rely on the contract. Keys that are new are left as they are.
 * @param name how the file is called in the message of the Failure that anything else throws
 */
export function readReport(text: string, name = 'The file'): Report {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    throw notAReport(name, text.trim() === '' ? 'it is empty' : 'it is not JSON (perhaps it was cut off)', String(error));
  }
  const wrong = REPORT(report, '');
  if (wrong !== null) throw notAReport(name, wrong);
  return report as Report;
}

function notAReport(name: string, what: string, detail = ''): Failure {
  return new Failure(`${name} is not a report of Unblock: ${what}. Write one with \`unblock advise --json SCRIPT\`.`, detail);
}

const check =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? null : `${path || 'it'} is no ${what}`;

const text = check('text', (value) => typeof value === 'string');
const number = check('number', (value) => typeof value === 'number' && Number.isFinite(value));
const flag = check('true or false', (value) => typeof value === 'boolean');
const position = check('line or column', (value) => Number.isSafeInteger(value) && (value as number) >= 1);

const oneOf = (words: readonly string[]): Check => check(`word that Unblock knows`, (value) => words.includes(value as string));

const orNull =
  (inner: Check): Check =>
  (value, path) =>
    value === null ? null : inner(value, path);

const optional =
  (inner: Check): Check =>
  (value, path) =>
    value === undefined ? null : inner(value, path);

const list =
  (inner: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? first(value.length, (index) => inner(value[index], `${path}[${index}]`)) : `${path} is no list`;

const object = (shape: Record<string, Check>): Check => {
  const keys = Object.keys(shape);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path || 'it'} is no object`;
    const at = (key: string): unknown => (Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined);
    return first(keys.length, (index) => shape[keys[index]!]!(at(keys[index]!), path === '' ? keys[index]! : `${path}.${keys[index]!}`));
  };
};

function first(count: number, answer: (index: number) => string | null): string | null {
  for (let index = 0; index < count; index++) {
    const wrong = answer(index);
    if (wrong !== null) return wrong;
  }
  return null;
}

const time = object({
  jsCpuMs: number,
  nativeCpuMs: number,
  blockedMs: number,
  awaitedMs: number,
  gcMs: number,
  loadingMs: number,
  idleMs: number,
});

const refactorChoice: Check = (value, path) => {
  const wrong = object({ id: oneOf(['shared-memory']), available: flag })(value, path);
  if (wrong !== null) return wrong;
  const { available } = value as { available: boolean };
  return object(available ? { safety: oneOf(['safe', 'review']) } : { reason: text })(value, path);
};

const refactor: Check = (value, path) => {
  const wrong = object({ available: flag })(value, path);
  if (wrong !== null) return wrong;
  const { available } = value as { available: boolean };
  const choices = optional(list(refactorChoice));
  return object(
    available
      ? { safety: oneOf(['safe', 'review']), atOnce: optional(position), choices }
      : { reason: text, untilProfiled: optional(flag) },
  )(value, path);
};

const eventLoop = object({
  utilisation: number,
  serving: flag,
  requests: orNull(number),
  delayMs: object({ mean: number, p50: number, p90: number, p99: number, max: number }),
  histogram: list(object({ overMs: number, share: number })),
  blocked: object({ times: number, totalMs: number, heldUp: orNull(number) }),
  blockages: list(
    object({
      startMs: number,
      durationMs: number,
      function: orNull(text),
      file: orNull(text),
      line: orNull(position),
      stack: list(
        object({
          function: text,
          file: orNull(text),
          line: orNull(position),
          ms: number,
          owner: oneOf(['user', 'dependency', 'core', 'native']),
          calls: position,
        }),
      ),
      heldUp: orNull(number),
    }),
  ),
});

const REPORT = object({
  schema: oneOf(['unblock/report/1']),
  target: object({ script: text, args: list(text), cwd: text, node: text, runner: optional(text) }),
  run: object({
    engine: text,
    wallMs: number,
    exitCode: orNull(number),
    signal: orNull(text),
    ended: oneOf(['exit', 'stopped', 'killed', 'crashed']),
    load: optional(list(text)),
    repeats: optional(position),
  }),
  machine: object({ logicalCores: number, physicalCores: orNull(number), memoryBytes: number, platform: text, load: orNull(number) }),
  time,
  lanes: list(
    object({ id: text, name: text, kind: oneOf(['main', 'worker', 'process']), wallMs: number, time, eventLoop: orNull(eventLoop) }),
  ),
  eventLoop: orNull(eventLoop),
  verdict: object({
    bound: oneOf(BOUNDS),
    evidence: list(text),
    speaksFor: orNull(object({ waitedMs: number, lanes: list(text) })),
    secondOpinion: optional(orNull(object({ tool: text, verdict: text, agrees: orNull(flag), why: orNull(text) }))),
  }),
  hotSpots: list(
    object({
      id: text,
      function: text,
      file: text,
      line: position,
      column: position,
      share: number,
      threads: optional(number),
      selfMs: number,
      totalMs: number,
      time,
      calls: orNull(number),
      bound: oneOf(BOUNDS),
      lines: list(object({ line: position, time })),
      operations: list(object({ api: text, line: position, calls: number, totalMs: number })),
    }),
  ),
  advice: list(
    object({
      id: text,
      rule: text,
      hotSpot: text,
      model: oneOf(MODELS),
      file: text,
      line: position,
      text: optional(text),
      message: text,
      why: text,
      predicted: object({ speedup: number, low: number, high: number, basis: text }),
      alternatives: list(object({ model: oneOf(MODELS), speedup: orNull(number), memoryBytes: orNull(number), edits: orNull(number) })),
      refactor,
    }),
  ),
  leftAlone: list(object({ function: text, file: text, line: position, share: number, threads: optional(number), reason: text })),
});
