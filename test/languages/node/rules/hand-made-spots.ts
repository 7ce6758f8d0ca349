import assert from 'node:assert/strict';
import type { AdviceContext } from '../../../../src/core/advise/advice.ts';
import { decide, type Decision } from '../../../../src/core/advise/decision-matrix.ts';
import type { HotSpot, SiteOperations, TimeSplit } from '../../../../src/core/profile/hot-spots.ts';
import { rules } from '../../../../src/languages/node/rules/index.ts';

/** Hot spots as the analysis hands them over, the source they are about, and what is said of them. */

export const file = '/project/program.mjs';
export const second = 1_000_000;

export function time(part: Partial<TimeSplit>): TimeSplit {
  return { jsCpuUs: 0, nativeCpuUs: 0, blockedUs: 0, awaitSerialUs: 0, awaitOverlappedUs: 0, gcUs: 0, loadingUs: 0, idleUs: 0, ...part };
}

export function operation(
  api: string,
  line: number,
  calls: number,
  part: Partial<TimeSplit>,
  more: Partial<SiteOperations> = {},
): SiteOperations {
  const kind = 'awaitSerialUs' in part ? 'async' : 'sync';
  const totalUs = Object.values(part).reduce((sum, us) => sum + us, 0);
  return {
    api,
    kind,
    line,
    column: null,
    lanes: ['main'],
    calls,
    totalUs,
    maxUs: totalUs / calls,
    longestWaitUs: kind === 'async' ? totalUs / calls : null,
    time: time(part),
    meanInFlight: kind === 'async' ? 1 : null,
    peakInFlight: null,
    ...more,
  };
}

export function hotSpot(name: string, line: number, part: Partial<TimeSplit>, more: Partial<HotSpot> = {}): HotSpot {
  const us = Object.values(part).reduce((sum, one) => sum + one, 0);
  return {
    id: name,
    function: name,
    file,
    line,
    column: 1,
    share: us / second,
    threads: 1,
    selfUs: us,
    totalUs: us,
    time: time(part),
    calls: null,
    cloning: null,
    again: null,
    bound: 'mixed',
    evidence: [],
    lines: [],
    operations: [],
    callers: [],
    computing: [{ lane: 'main', us: (part.jsCpuUs ?? 0) + (part.nativeCpuUs ?? 0) }],
    ...more,
  };
}

interface Said {
  rule: string;
  line: number;
  message: string;
  available: boolean;
}

type Given = [source: string, hotSpots: HotSpot[], more?: Partial<AdviceContext>, texts?: Record<string, string>];

/** What all rules together say of hand-made hot spots. */
export function decided(...[source, hotSpots, more = {}, texts = {}]: Given): Decision {
  const machine = { logicalCores: 4, physicalCores: 2, memoryBytes: 8e9, platform: 'linux', load: 0 };
  const context: AdviceContext = {
    wallUs: second,
    time: time({}),
    machine,
    processCpuUs: second,
    lanes: [{ id: 'main', kind: 'main', pool: 'main', wholeUs: second, busyUs: second }],
    isLane: () => false,
    hotSpots,
    served: null,
    eventLoop: null,
    called: hotSpots.flatMap(({ calls, ...spot }) => (calls === null ? [] : [{ ...spot, calls }])),
    read: (name) => (name === file ? source : (texts[name] ?? null)),
    ...more,
  };
  const decision = decide(rules, context);
  for (const { predicted } of decision.advice)
    assert.ok(
      predicted.low <= predicted.speedup && predicted.speedup <= predicted.high,
      `${predicted.low} ≤ ${predicted.speedup} ≤ ${predicted.high}`,
    );
  return decision;
}

/** The same in short: messages without figures. */
export function say(...given: Given): { advice: Said[]; leftAlone: string[] } {
  const { advice, leftAlone } = decided(...given);
  return {
    advice: advice.map(({ rule, line, message, refactor }) => ({
      rule,
      line,
      message: message.replace(/\d+\.\d×/, 'N×'),
      available: refactor.available,
    })),
    leftAlone: leftAlone.map(({ reason }) => reason),
  };
}
