import type { Recording, Run, Target, Machine } from '../../../core/recording.ts';
import type { ChildProcesses } from './child-processes.ts';
import { lanesOf, type MeasuredProcess, startedBy } from './measured-process.ts';
import { callSizesOf, type ProbedFunction } from './probed-functions.ts';
import type { ThreadRecording } from './thread-recording.ts';

/** What a process and those that it started have told, put together. */
export interface Told {
  target: Target;
  machine: Machine;
  own: MeasuredProcess;
  /** The main thread of `own`. */
  main: ThreadRecording;
  /** Those that it started. */
  measured: readonly MeasuredProcess[];
  children: Pick<ChildProcesses, 'direct' | 'refused'>;
  /** How it ended, without how long it took. */
  run: Omit<Run, 'wallUs'>;
  /** When it was seen to be gone or let go, µs. */
  goneUs: number;
  /** Functions whose calls were sampled. */
  probes?: readonly ProbedFunction[] | undefined;
}

export async function recordingOf(told: Told): Promise<Recording> {
  const { target, machine, own, main, measured, run, probes } = told;
  const processes = [own, ...measured.filter(({ threads }) => threads.has(0))];
  const lanes = await Promise.all(processes.map((one, number) => lanesOf(one, number, main.start.atUs)));
  return {
    schema: 'unblock/recording/1',
    language: 'node',
    engine: 'v8',
    target,
    machine,
    run: { ...run, wallUs: main.lastUs - main.start.atUs },
    lanes: lanes.flat(),
    ...(probes && { callSizes: callSizesOf(probes, main.sampled) }),
    notes: [...notesOn(told), ...notesOnChildren(told)],
  };
}

/** What is missing below this is not worth a sentence. */
const MISSED_US = 50_000;

function notesOn({ main, run, goneUs }: Told): string[] {
  const notes: string[] = [];
  const missedUs = goneUs - main.lastUs;
  if (!main.ended && missedUs > MISSED_US) {
    const how = run.ended === 'stopped' ? 'stopped' : run.signal === null ? 'gone' : `ended by ${run.signal}`;
    notes.push(`The last ${(missedUs / 1e6).toFixed(2)} s before the script was ${how} could not be measured.`);
  }
  const { unmeasuredWorkers: workers } = main;
  if (workers > 0)
    notes.push(
      `${workers} of its worker threads could not be measured, as ${workers === 1 ? 'it' : 'they'} began before or unseen: ${workers === 1 ? 'its' : 'their'} work is missing.`,
    );
  if (main.unlisted > 0)
    notes.push(`${main.unlisted} asynchronous operations were too many to list: they are missing from the waiting times.`);
  return notes;
}

function notesOnChildren({ own, measured, children: { direct, refused } }: Told): string[] {
  const started = [own, ...measured].reduce((sum, one) => sum + startedBy(one), 0);
  const silent = Math.max(0, started - direct);
  const notes: string[] = [];
  if (refused > 0)
    notes.push(
      `The script started ${measured.length + refused} processes of node: the first ${measured.length} were measured, the work of the others is missing.`,
    );
  if (silent > 0)
    notes.push(`${silent} of its child processes of node could not be measured: ${silent === 1 ? 'its' : 'their'} work is missing.`);
  return notes;
}
