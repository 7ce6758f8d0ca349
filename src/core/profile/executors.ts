import { ANONYMOUS, frameAround } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import { functionAt } from './source-text.ts';

/** A function handed to `new Promise(…)` begins here. */
const BEFORE_EXECUTOR = /\bnew\s+Promise\s*(?:<[^<>(){};]*(?:<[^<>(){};]*>[^<>(){};]*)?>)?\s*\(\s*$/;

/**
 * Who answers for a function: itself, but for the nameless executor of a promise, which runs inside the function that makes the promise
 * and is no function to its writer: `new Promise((resolve) => setTimeout(resolve, ms))` waits for the one around it.
 */
export function executorsOwners({ table, functionsOf }: LaneModel): (frame: number) => number {
  const owners = new Map<number, number>();
  return (frame) => {
    const known = owners.get(frame);
    if (known !== undefined) return known;
    let owner = frame;
    const { function: name, file, line, column, owner: whose } = table.frames[frame]!;
    const source = name === ANONYMOUS && whose === 'user' ? functionsOf(file) : null;
    const range = source ? functionAt(source, line, column) : null;
    if (source && range && BEFORE_EXECUTOR.test(source.masked.slice(Math.max(0, range.start - 200), range.start))) {
      const start = source.lineStarts[range.line - 1]!;
      // The place before the executor is in the function around it.
      const before = range.start - 1 >= start ? { line: range.line, column: range.start - start } : { line: range.line - 1, column: 1 };
      owner = frameAround(table, source, { file, owner: whose, name: '' }, before);
    }
    owners.set(frame, owner);
    return owner;
  };
}
