import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Failure } from '../../../core/failure.ts';
import type { ReadSource } from '../../../core/advise/advice.ts';
import type { CallCounts, Recording } from '../../../core/recording.ts';
import { owner } from '../categorize/owners.ts';
import { type CoveredScript, readCoverage } from './coverage.ts';
import { functionsToProbe } from './probed-functions.ts';
import type { RecordRequest } from './recorder.ts';
import { v8Recorder } from './v8.ts';

/** Counting makes small functions that are called all the time up to five times as slow: what takes longer than this is not the same run. */
const SLOWER = 10;
const START_MS = 10_000;

/**
 * Runs the target once more and counts how often each of the user's functions is called, on all threads, and samples what arguments and results of
 * the hot ones take to clone: in a run of its own, as V8's counters keep it from optimising across calls and samples stop it. The run has no input,
 * and its output is thrown away. It is started as the first one was, agent included, for a loader must make the same code. Returns a sentence where
 * it could not be counted.
 */
export async function countCalls(request: RecordRequest, recording: Recording, read: ReadSource): Promise<Counted | string> {
  const { run } = recording;
  const folder = mkdtempSync(join(tmpdir(), 'unblock-calls-'));
  const tooSlow = new AbortController();
  const timer = setTimeout(() => tooSlow.abort(), START_MS + (run.wallUs / 1000) * SLOWER);
  try {
    const { target } = request;
    const own = pathToFileURL(join(request.distFolder, '/')).href;
    const counted = await v8Recorder.record({
      ...request,
      // Node's own: it counts from the first line on, on each thread, and writes the counts on any ending but a signal's.
      target: { ...target, env: { ...target.env, NODE_V8_COVERAGE: folder } },
      output: 'none',
      cancel: AbortSignal.any([request.cancel, tooSlow.signal]),
      onPort: undefined,
      probes: functionsToProbe(recording, read),
    });
    // What else the script starts may count as well; the report is of the recorded processes.
    const texts = [...new Set(counted.lanes.map(({ pid }) => pid))].flatMap((pid) => coverageFiles(folder, pid));
    const scripts = texts.flatMap((text) => readCoverage(text, (url) => ofUser(url, target.script) && !url.startsWith(own), textOfUrl));
    return counted.run.ended === 'stopped' || scripts.length === 0
      ? 'Calls could not be counted: the second run left no counts.'
      : { calls: { scripts: sum(scripts) }, callSizes: counted.callSizes ?? [] };
  } catch (error) {
    if (!(error instanceof Failure) || request.cancel.aborted) throw error;
    return tooSlow.signal.aborted
      ? `Calls could not be counted: the second run took more than ${SLOWER} times as long as the first.`
      : `Calls could not be counted: ${error.message}`;
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What the second run found. */
export type Counted = { calls: CallCounts } & Required<Pick<Recording, 'callSizes'>>;

/** Node names them `coverage-<pid>-<time>-<number>.json`: one a thread. */
function coverageFiles(folder: string, pid: number): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`coverage-${pid}-`))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function ofUser(url: string, script: string): boolean {
  return url.startsWith('file:') && owner(url, script) === 'user';
}

function textOfUrl(url: string): string | null {
  try {
    return readFileSync(fileURLToPath(url), 'utf8');
  } catch {
    return null;
  }
}

/** A script's counts over all threads. */
function sum(scripts: readonly CoveredScript[]): CallCounts['scripts'] {
  const byUrl = new Map<string, CoveredScript>();
  for (const script of scripts) {
    const known = byUrl.get(script.url);
    if (!known) byUrl.set(script.url, { ...script, functions: script.functions.map((one) => ({ ...one })) });
    else {
      for (const one of script.functions) {
        const same = known.functions.find(
          (other) =>
            other.line === one.line && other.column === one.column && other.endLine === one.endLine && other.endColumn === one.endColumn,
        );
        if (same) same.calls += one.calls;
        else known.functions.push(one);
      }
    }
  }
  return [...byUrl.values()];
}
