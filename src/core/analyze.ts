import type { AdviceContext, LaneUse, ReadSource } from './advise/advice.ts';
import type { ReportAdvice } from './report/report.ts';
import { decide } from './advise/decision-matrix.ts';
import { classify } from './classify/classify.ts';
import { opinionSentence, secondOpinion } from './classify/second-opinion.ts';
import { idleEvidence, poolEvidence } from './classify/pool-evidence.ts';
import { OFFER_SHARE, OFFER_US } from './classify/thresholds.ts';
import { trackEvidence } from './classify/track-evidence.ts';
import { unchargedEvidence } from './classify/uncharged-evidence.ts';
import { loadingEvidence } from './classify/loading-evidence.ts';
import { loopEvidence } from './classify/loop-evidence.ts';
import { type EventLoop, eventLoopOf, requestsAtOnce } from './event-loop/event-loop.ts';
import { speakingEvidence, speakingLanes } from './classify/speaking-lanes.ts';
import type { Language, Rule } from './language.ts';
import { nameCallbacks } from './profile/callback-names.ts';
import { calledFunctions, withCalls } from './profile/call-counts.ts';
import { chargeLane } from './profile/charges.ts';
import type { FunctionCharges } from './profile/function-charges.ts';
import { hotSpotsOf, totalsOf } from './profile/find-hot-spots.ts';
import { frameTable } from './profile/frames.ts';
import type { HotSpot, TimeSplit } from './profile/hot-spots.ts';
import { laneModel } from './profile/lane-model.ts';
import type { LaneModel } from './profile/lane-model.ts';
import { readFunctions } from './profile/read-functions.ts';
import { laneTime, mainTime, wholeTime } from './profile/run-time.ts';
import { withSoundNumbers } from './profile/sound-recording.ts';
import { busyOf } from './profile/time-split.ts';
import { sourcePositions } from './profile/source-positions.ts';
import { timedProfile } from './profile/timed-lanes.ts';
import type { TimedProfile } from './profile/timed-profile.ts';
import { timeline } from './profile/timeline.ts';
import type { Recording } from './recording.ts';
import { perRun } from './repeats/per-run.ts';
import { buildReport } from './report/build-report.ts';
import { milliseconds } from './report/rounding.ts';
import { reportLane } from './report/report-lanes.ts';
import type { Report } from './report/report.ts';

export interface Analysis {
  report: Report;
  /** In the order of the recording's lanes. */
  lanes: { name: string; profile: TimedProfile }[];
  /** User functions by the time they are answerable for, with more than the report tells. */
  hotSpots: HotSpot[];
}

/**
 * From a recording to its report: every stage of the product but the refactors, which need the source as it is when they are asked for.
 * Never throws for a recording of the right shape: it says what it found, and what was too little to tell.
 * @param minShare of the run's wall time, 0 to 1, below which nothing is advised
 */
export function analyze(recorded: Recording, anyLanguage: Language, read: ReadSource, minShare = OFFER_SHARE): Analysis {
  const recording = withSoundNumbers(recorded);
  const language: Language = { ...anyLanguage, owner: (url) => anyLanguage.owner(url, recording.target.script) };
  const table = frameTable();
  const functionsOf = readFunctions(read);
  const wallUs = Math.max(0, recording.run.wallUs);
  const models = recording.lanes.map((lane) =>
    laneModel(lane, lane.kind === 'main' ? wallUs : null, table, recording, language, functionsOf),
  );
  const timelines = models.map(timeline);
  const charges = new Map<number, FunctionCharges>();
  const linesOf = models.map((model, lane) => chargeLane(model, timelines[lane]!, charges));
  nameCallbacks(table, functionsOf);
  const runStartUs = models[0]?.profile.startUs ?? 0;
  const loops = models.map((model, lane) => eventLoopOf(model, timelines[lane]!, linesOf[lane]!, language, runStartUs));
  const maps = Object.assign({}, ...recording.lanes.map((lane) => lane.sourceMaps)) as Record<string, string>;
  const totals = totalsOf(timelines, table);
  const called = calledFunctions(recording, sourcePositions(maps, recording.machine.platform), table, totals.frame);
  const hotSpots = withCalls(hotSpotsOf(charges, totals, models, wallUs, recording.target.cwd), called);
  const time = mainTime(timelines[0], wallUs);
  const samples = models.reduce((sum, model) => sum + samplesIn(model), 0);
  const times = models.map((model, lane) => (lane === 0 ? time : laneTime(model, timelines[lane]!, language)));
  const speakers = speakingLanes(models, timelines, times, language);
  const whole = wholeTime(times, speakers !== null);
  const verdict = classify(
    whole,
    hotSpots.flatMap((spot) => spot.operations),
    'run',
    samples,
  );
  const context: AdviceContext = {
    wallUs,
    time,
    machine: recording.machine,
    processCpuUs: cpuOfAll(recording),
    lanes: laneUses(models, times),
    isLane: (api) => language.isLane(api),
    hotSpots,
    served: servedOf(loops[0] ?? null),
    eventLoop: eventLoopUse(loops[0] ?? null),
    called,
    read,
  };
  const rules = verdict.bound === 'insufficient-data' ? [] : language.rules.map(withoutFailing);
  const runs = recording.run.repeats ?? 1;
  const { advice, leftAlone } = decide(rules, perRun(context, runs), { minShare, minUs: OFFER_US, runs });
  const { opinion, target } = recording;
  const other = opinion ? secondOpinion(opinion, { bound: verdict.bound, time: whole, hotSpots, cwd: target.cwd }) : opinion;
  verdict.evidence.unshift(...speakingEvidence(speakers, models, times));
  verdict.evidence.push(
    ...loadingEvidence({ whole, timelines, table, hotSpots, functionsOf, cwd: target.cwd }),
    ...loopEvidence(
      loops.flatMap((loop, lane) => (loop ? [{ lane: lane === 0 ? null : models[lane]!.lane.name, loop }] : [])),
      target.cwd,
    ),
    ...unchargedEvidence(timelines, table, wallUs),
    ...trackEvidence(recording.lanes[0], time, wallUs),
    ...poolEvidence(models, timelines, wallUs, language),
    ...idleEvidence(models, times),
    ...(other ? [opinionSentence(other)] : []),
    ...recording.notes,
  );
  return {
    report: buildReport(recording, {
      wallUs,
      time,
      verdict,
      speaksFor: speakers && { waitedMs: milliseconds(speakers.waitedUs), lanes: speakers.lanes.map((lane) => models[lane]!.lane.id) },
      hotSpots,
      advice: advice.map((one) => withText(one, read)),
      leftAlone,
      lanes: models.map((model, lane) => reportLane(model, times[lane]!, loops[lane]!)),
      ...(other !== undefined && { secondOpinion: other }),
    }),
    lanes: models.map((model, lane) => ({ name: model.lane.name, profile: timedProfile(model, timelines[lane]!) })),
    hotSpots,
  };
}

function withText(advice: ReportAdvice, read: ReadSource): ReportAdvice {
  const text = read(advice.file)?.split(/\r\n|\r|\n/)[advice.line - 1];
  return text === undefined ? advice : { ...advice, text: text.trim() };
}

/**
 * A thread that sleeps is sampled when it wakes: its sleep tells as much as the samples that V8 would have taken meanwhile, one a millisecond.
 * So does a synchronous call whose time was measured: while the kernel copies a large file, no signal of the sampler arrives.
 */
function samplesIn({ lane, profile, natures }: LaneModel): number {
  const sampled = profile.sampleNode.reduce(
    (sum, node, sample) => sum + (natures.nature[node] === 'idle' ? Math.max(1, Math.round(profile.sampleUs[sample]! / 1000)) : 1),
    0,
  );
  return sampled + lane.operations.sync.reduce((sum, { totalUs }) => sum + Math.round(totalUs / 1000), 0);
}

function servedOf(eventLoop: EventLoop | null): AdviceContext['served'] {
  const atOnce = eventLoop && requestsAtOnce(eventLoop);
  return eventLoop?.requests && atOnce !== null ? { requests: eventLoop.requests, atOnce } : null;
}

function eventLoopUse(eventLoop: EventLoop | null): AdviceContext['eventLoop'] {
  if (eventLoop === null) return null;
  const { serving, utilisation, requests, blockages } = eventLoop;
  return {
    serving,
    utilisation,
    requests,
    blockages: blockages.flatMap(({ culprit, durationUs, heldUp }) =>
      culprit === null ? [] : [{ function: culprit.function, file: culprit.file, line: culprit.line, us: durationUs, heldUp }],
    ),
  };
}

function laneUses(models: readonly LaneModel[], times: readonly TimeSplit[]): LaneUse[] {
  return models.map(({ lane: { id, kind, name }, profile }, lane) => ({
    id,
    kind,
    pool: kind === 'worker' ? id.replace(/\d+$/, '') : name.replace(/^process \d+: /, ''),
    wholeUs: profile.endUs - profile.startUs,
    busyUs: busyOf(times[lane]!),
  }));
}

/** CPU time of all processes: what the cores did for the script, by whichever of them; null where it is not known of all. */
function cpuOfAll({ lanes }: Recording): number | null {
  const processes = lanes.filter((lane) => lane.kind !== 'worker').map((lane) => lane.processCpuUs);
  if (processes.length === 0) return null;
  return processes.reduce((sum, us) => (sum === null || us === null ? null : sum + us), 0);
}

/** A rule that fails must not take the report with it: what was measured is still true. */
function withoutFailing(rule: Rule): Rule {
  return {
    ...rule,
    advise(hotSpot, context) {
      try {
        return rule.advise(hotSpot, context);
      } catch (error) {
        const reason = `The rule ${rule.id} failed on it (${error instanceof Error ? error.message : String(error)}).`;
        return [{ leaveAlone: true, file: hotSpot.file, line: hotSpot.line, reason, models: [] }];
      }
    },
  };
}
