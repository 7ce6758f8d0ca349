import { readFileSync } from 'node:fs';
import { analyze, type Analysis } from '../core/analyze.ts';
import { Failure } from '../core/failure.ts';
import type { EngineId, Recording, Target } from '../core/recording.ts';
import { mergeRuns } from '../core/repeats/merge-runs.ts';
import { node } from '../languages/node/index.ts';
import { zeroXRecorder } from '../languages/node/record/0x.ts';
import { clinicBubbleprofRecorder, clinicDoctorRecorder, clinicFlameRecorder } from '../languages/node/record/clinic.ts';
import { countCalls } from '../languages/node/record/count-calls.ts';
import type { Recorder, RecordRequest } from '../languages/node/record/recorder.ts';
import { resolveTarget, type TargetOptions } from '../languages/node/record/target.ts';
import { v8Recorder } from '../languages/node/record/v8.ts';
import type { AttachTo } from '../languages/node/attach/attach-to.ts';
import { recordAttached } from '../languages/node/record/attached.ts';
import { readSource as readSyntax } from '../languages/node/syntax/source.ts';
import { typescript } from '../languages/node/syntax/typescript.ts';
import { type Load, recordUnderLoad } from './load.ts';
import { measureMachine } from './machine.ts';

/** The main job: runs a script under a profiler and says where its time went and what would make it faster. */
export async function profileAndAdvise(request: ProfileRequest): Promise<ProfileResult> {
  const recorder = RECORDERS.find(({ id }) => id === request.engine);
  if (!recorder) throw new Failure(`There is no engine ${request.engine}: choose ${RECORDERS.map(({ id }) => id).join(' or ')}.`);
  request.onProgress('starting', 0);
  const [target, machine] = await Promise.all([resolveTarget(request.target), measureMachine(), prepareSyntax()]);
  if (request.cancel.aborted) throw new Failure('Cancelled before the script began.');
  let parsed: unknown = null;
  const record = (run: RecordRequest): Promise<Recording> =>
    request.load === undefined ? recorder.record(run) : recordUnderLoad(recorder, run, request.load);
  const run: RecordRequest = {
    target,
    machine,
    stop: request.stop,
    cancel: request.cancel,
    output: request.output,
    distFolder: request.distFolder,
    onProgress: (elapsedMs) => {
      // A script that has run for a while has a core to spare by now, and somebody waits for what is left after its end.
      if (elapsedMs > 0) parsed ??= readSyntax(target.script, readSource);
      request.onProgress('running', elapsedMs);
    },
  };
  const recording = await recordRepeatedly(() => record(run), request.repeat ?? 1, request.stop);
  if (request.countCalls) await addCalls(recording, { ...run, onProgress: (elapsedMs) => request.onProgress('counting', elapsedMs) });
  request.onProgress('analysing', recording.run.wallUs / 1000);
  return { recording, analysis: analyze(recording, node, readSource, request.minShare) };
}

/** The same for a program of node that runs already: it is measured until it is stopped or ends, and otherwise left as it was. */
export async function attachAndAdvise(request: AttachAdviseRequest): Promise<ProfileResult> {
  const { to, minShare, distFolder, stop, cancel, onBegin } = request;
  request.onProgress('starting', 0);
  const [machine] = await Promise.all([measureMachine(), prepareSyntax()]);
  const recording = await recordAttached({
    to,
    machine,
    stop,
    cancel,
    distFolder,
    onBegin,
    onProgress: (elapsedMs) => request.onProgress('running', elapsedMs),
  });
  request.onProgress('analysing', recording.run.wallUs / 1000);
  return { recording, analysis: analyze(recording, node, readSource, minShare) };
}

/** Until one run is stopped or does not end by itself: what was measured up to then is told. A run so long that it was rolled up is told alone. */
async function recordRepeatedly(record: () => Promise<Recording>, times: number, stop: AbortSignal): Promise<Recording> {
  const runs: Recording[] = [];
  do {
    const one = await record();
    if (times > 1 && one.lanes.some(({ rolledUp }) => rolledUp !== undefined)) {
      one.notes.push('It was not repeated: a run this long tells enough by itself.');
      return one;
    }
    runs.push(one);
  } while (runs.length < times && runs.at(-1)!.run.ended === 'exit' && !stop.aborted);
  return runs.length === 1 ? runs[0]! : mergeRuns(runs);
}

/** Counts calls in a second run, or says in the recording why not. */
async function addCalls(recording: Recording, request: RecordRequest): Promise<void> {
  const counted =
    recording.run.ended === 'stopped'
      ? 'Calls were not counted: the script had to be stopped, so a second run would not do the same.'
      : await countCalls(request, recording, readSource);
  if (typeof counted === 'string') recording.notes.push(counted);
  else Object.assign(recording, counted);
}

/** Loads the compiler that rules read source text with while other processes answer: after the run somebody waits for it. */
function prepareSyntax(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      typescript();
      resolve();
    });
  });
}

/** The engines there are, the default first. */
export const RECORDERS: readonly Recorder[] = [
  v8Recorder,
  zeroXRecorder,
  clinicDoctorRecorder,
  clinicFlameRecorder,
  clinicBubbleprofRecorder,
];

/** What both ways to a report have in common. */
interface AdviseRequest {
  /** Of the run's wall time, 0 to 1, below which nothing is advised; 5 % where it isn't given. */
  minShare?: number;
  /** The folder that holds the bundled programs. */
  distFolder: string;
  /** Aborted: end the script, or let the program go, and report what was measured so far. */
  stop: AbortSignal;
  /** Aborted: the same, and throw what was measured away; the promise is rejected with a Failure. */
  cancel: AbortSignal;
  /** `elapsedMs` is the time since the script's first line, or since it was attached to. */
  onProgress(phase: 'starting' | 'running' | 'counting' | 'analysing', elapsedMs: number): void;
}

export interface ProfileRequest extends AdviseRequest {
  target: TargetOptions;
  engine: EngineId;
  /** A server is measured while this command runs, and then stopped. */
  load?: Load | undefined;
  /** Run the script a second time, and count how often its functions are called. */
  countCalls?: boolean;
  /** Run it so many times, one after another, and add up; once where it isn't given. */
  repeat?: number;
  /** Where the script's output goes: see RecordRequest. */
  output: 'inherit' | 'stderr';
}

export interface AttachAdviseRequest extends AdviseRequest {
  to: AttachTo;
  /** Called once, when measuring begins. */
  onBegin: (target: Target, pid: number) => void;
}

export interface ProfileResult {
  recording: Recording;
  analysis: Analysis;
}

/** A file's text on disk; null when it can't be read. */
export function readSource(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
