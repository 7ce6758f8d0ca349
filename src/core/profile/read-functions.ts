import type { ReadSource } from '../advise/advice.ts';
import { sourceFunctions } from './source-text.ts';
import type { SourceFunctions } from './source-text.ts';

/** A longer file is a bundle, not something a person wrote: its lines say little, and reading it costs much. */
const LONGEST_FILE = 2_000_000;

/** The functions of each file, read once. */
export function readFunctions(read: ReadSource): (file: string) => SourceFunctions | null {
  const known = new Map<string, SourceFunctions | null>();
  return (file) => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const text = file === '' ? null : read(file);
    const functions = text === null || text.length > LONGEST_FILE ? null : sourceFunctions(text);
    known.set(file, functions);
    return functions;
  };
}
