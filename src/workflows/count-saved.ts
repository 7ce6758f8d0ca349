import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyze } from '../core/analyze.ts';
import { Failure } from '../core/failure.ts';
import type { Recording } from '../core/recording.ts';
import { node } from '../languages/node/index.ts';
import { owner } from '../languages/node/categorize/owners.ts';
import { countCalls } from '../languages/node/record/count-calls.ts';
import { readSource, type ProfileRequest, type ProfileResult } from './profile-and-advise.ts';

export interface CountRequest extends Pick<ProfileRequest, 'distFolder' | 'minShare' | 'stop' | 'cancel' | 'onProgress'> {
  recording: Recording;
  /** When it was written, ms since 1970: what was changed since would be counted in the wrong places. */
  recordedMs: number;
}

/**
 * Runs the script of a recording once more, as it was run then, to count calls and to sample the sizes of arguments and results; the result is the
 * recording with them, and its report anew. Throws a Failure where they could not be counted.
 */
export async function countSaved({ recording, recordedMs, ...request }: CountRequest): Promise<ProfileResult> {
  const { target, run, machine } = recording;
  const name = basename(target.script);
  if (run.load !== undefined || run.ended === 'stopped')
    throw new Failure(`Calls can't be counted: ${name} had to be stopped, so a second run would not do the same.`);
  if (run.repeats !== undefined)
    throw new Failure(
      `Calls can't be counted: the times are sums over ${run.repeats} runs of ${name}. Profile it once, then count its calls.`,
    );
  const changed = filesOf(recording).find((file) => changedSince(file, recordedMs));
  if (changed !== undefined)
    throw new Failure(`Calls can't be counted: ${basename(changed)} was changed after ${name} was profiled. Profile it again first.`);
  const counted = await countCalls(
    { ...request, target, machine, output: 'none', onProgress: (ms) => request.onProgress('counting', ms) },
    recording,
    readSource,
  );
  if (request.stop.aborted) throw new Failure('Counting was stopped: the report is as it was.');
  if (typeof counted === 'string') throw new Failure(counted);
  request.onProgress('analysing', run.wallUs / 1000);
  const more: Recording = { ...recording, ...counted };
  return { recording: more, analysis: analyze(more, node, readSource, request.minShare) };
}

/** The user's own, as far as the profile saw them. */
function filesOf({ lanes, target }: Recording): string[] {
  const urls = lanes.flatMap(({ cpuProfile }) => cpuProfile.nodes.map(({ callFrame }) => callFrame.url));
  return [...new Set(urls)]
    .filter((url) => url.startsWith('file:') && owner(url, target.script) === 'user')
    .map((url) => fileURLToPath(url));
}

function changedSince(file: string, ms: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > ms;
}
