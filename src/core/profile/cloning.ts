import type { CallSizes, CloneObstacle, CloneSample } from '../recording.ts';
import type { Cloning } from './hot-spots.ts';

/** What the sampled calls of one function say together. Times are medians, as a first clone grows memory that later ones have. */
export function cloningOf(sizes: CallSizes): Cloning {
  const given = measured(sizes.arguments);
  const gave = measured(sizes.results);
  return {
    sampledArguments: sizes.arguments.length,
    sampledResults: sizes.results.length,
    argumentBytes: given && mean(given.map(({ bytes }) => bytes)),
    resultBytes: gave && mean(gave.map(({ bytes }) => bytes)),
    callerUs: median(given?.map(({ writeUs }) => writeUs)) + median(gave?.map(({ readUs }) => readUs)),
    workerUs: median(given?.map(({ readUs }) => readUs)) + median(gave?.map(({ writeUs }) => writeUs)),
    transferableBytes: mean(given?.map((one) => one.transferableBytes) ?? []) + mean(gave?.map((one) => one.transferableBytes) ?? []),
    obstacle: obstacleOf(sizes),
  };
}

type Measured = CloneSample & { bytes: number };

/** Null where not a single one was measured. */
function measured(samples: readonly CloneSample[]): Measured[] | null {
  const found = samples.filter((one): one is Measured => one.bytes !== null);
  return found.length > 0 ? found : null;
}

function obstacleOf({ arguments: given, results, parameters }: CallSizes): string | null {
  const worst = (samples: readonly CloneSample[]): CloneObstacle | null => {
    const found = samples.map(({ obstacle }) => obstacle).filter((one) => one !== null);
    return found.find(({ kind }) => kind === 'uncloneable') ?? found[0] ?? null;
  };
  const inArguments = worst(given);
  const inResult = worst(results);
  const first = inArguments?.kind !== 'uncloneable' && inResult?.kind === 'uncloneable' ? null : inArguments;
  if (first) return argumentWords(first, parameters);
  return inResult && resultWords(inResult);
}

function argumentWords({ kind, what, path: [number = '', ...rest] }: CloneObstacle, parameters: CallSizes['parameters']): string {
  if (number === '') return `its arguments hold ${what}`;
  const name = parameters[Number(number)] ?? null;
  const subject = `its argument ${Number(number) + 1}${name === null ? '' : ` (${name})`}`;
  return `${subject} ${rest.length > 0 ? 'holds' : 'is'} ${what}${placeWords(name ?? '…', rest)}${without(kind)}`;
}

function resultWords({ kind, what, path }: CloneObstacle): string {
  return `its result ${path.length > 0 ? 'holds' : 'is'} ${what}${placeWords('…', path)}${without(kind)}`;
}

/** ` (db.pool.query)`; a long way is cut in its middle. */
function placeWords(root: string, path: readonly string[]): string {
  if (path.length === 0) return '';
  const keys = path.length > 4 ? [...path.slice(0, 2), '…', ...path.slice(-1)] : path;
  return ` (${root}${keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : /^[\p{L}_$#][\p{L}\p{N}_$]*$|^…$/u.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 40))}]`)).join('')})`;
}

function without(kind: CloneObstacle['kind']): string {
  return kind === 'class' ? ', whose methods a copy lacks' : ", which can't be copied";
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function median(values: readonly number[] = []): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
