import { poolUse } from '../classify/pool-evidence.ts';
import type { Language } from '../language.ts';
import { frameTable, internCallFrame } from '../profile/frames.ts';
import { shareGaps } from '../profile/gaps.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import { longestWaits } from '../profile/longest-waits.ts';
import type { NodeNature } from '../profile/natures.ts';
import { nodeNatures } from '../profile/natures.ts';
import { blockedTime, busyIdleTime, onCpuTime } from '../profile/on-cpu.ts';
import { orderOperations } from '../profile/operations.ts';
import type { Wait } from '../profile/operations.ts';
import type { Profile } from '../profile/profile.ts';
import { sourcePositions } from '../profile/source-positions.ts';
import { waitingSweep } from '../profile/waiting-sweep.ts';
import type { CpuProfileNode, Lane, OnCpuTrack, RolledUp } from '../recording.ts';
import { addLoop } from './loop.ts';
import { addOperations } from './operations.ts';
import type { Moved, Share } from './shares.ts';
import { addGc, shareOf } from './shares.ts';

/** The beginning of what is in full of a lane. */
export interface LanePart {
  /** All call paths so far; a parent comes before its children, and the root first. */
  nodes: readonly { frame: CpuProfileNode['callFrame']; parent: number }[];
  /** In order of time; a sample's time is that before it. */
  sampleNode: Int32Array;
  sampleAtUs: Float64Array;
  /** The part ends with its last sample. */
  fromUs: number;
  /** Operations that began before the end of the part, in whichever order, and the rounds and readings of its time. */
  lane: Pick<Lane, 'operations' | 'rounds' | 'onCpu' | 'poolThreads'>;
}

/**
 * Sums a part up, so that nothing of it is needed any more but the operations that have not ended. What the thread waited for is found
 * here, as it can't be told once like stands beside like.
 * @param before what was rolled up until the part begins; it is changed
 * @param bucketUs the stretch of time within which like is put beside like
 * @returns the part's time by buckets, in order
 */
export function rollUp(part: LanePart, before: RolledUp, bucketUs: number, language: Language, platform: string): Share[][] {
  const model = modelOf(part, before, language, platform);
  const waits: Wait[] = [];
  const buckets = sharesOf(model, part.lane, waits, bucketUs);
  // Those that go on are clipped to the part's end, and have their wait then.
  const ended = model.operations.filter(({ endUs }) => endUs < model.profile.endUs);
  addOperations(before.operations, model, longestWaits(ended, waits, model.groups.length));
  addLoop(before, model, language);
  const { fullUs, most } = poolUse(model, waits, language);
  before.pool.fullUs += fullUs;
  before.pool.most = Math.max(before.pool.most, most);
  before.untilUs = model.profile.endUs;
  return buckets;
}

function modelOf(
  { nodes, sampleNode, sampleAtUs, fromUs, lane }: LanePart,
  before: RolledUp,
  language: Language,
  platform: string,
): LaneModel {
  const table = frameTable();
  const positions = sourcePositions({}, platform);
  const sampleStartUs = new Float64Array(sampleAtUs.length);
  sampleStartUs.set(sampleAtUs.subarray(0, -1), 1);
  if (sampleStartUs.length > 0) sampleStartUs[0] = fromUs;
  const measured: Profile = {
    startUs: fromUs,
    endUs: sampleAtUs.at(-1) ?? fromUs,
    nodeFrame: Int32Array.from(nodes, ({ frame }) => internCallFrame(table, frame, positions, language, () => null)),
    nodeParent: Int32Array.from(nodes, ({ parent }) => parent),
    nodeTicks: [],
    nodeOf: new Map(),
    nodeAwaits: [],
    sampleNode,
    sampleStartUs,
    sampleUs: sampleAtUs.map((at, sample) => at - sampleStartUs[sample]!),
  };
  const natures = nodeNatures(measured, table, language);
  const profile = shareGaps(measured, natures);
  const track = goingOn(lane.onCpu);
  const ordered = orderOperations(lane.operations, profile.endUs, false, language);
  const sweep = waitingSweep(ordered);
  return {
    lane: { ...NO_LANE, ...lane, onCpu: track, rolledUp: before },
    profile,
    natures,
    table,
    sites: [],
    groups: ordered.groups,
    operations: ordered.operations,
    blockedUs: blockedTime(profile, natures, track),
    busyIdleUs: busyIdleTime(profile, natures, track),
    inFlight: (_node, startUs, endUs) => sweep(startUs, endUs),
    functionsOf: () => null,
  };
}

const NO_LANE: Omit<Lane, 'operations' | 'onCpu'> = {
  id: '',
  name: '',
  kind: 'main',
  pid: 0,
  cpuProfile: { nodes: [], startTime: 0, endTime: 0, samples: [], timeDeltas: [] },
  processCpuUs: null,
  sourceMaps: {},
};

/** After its last movement a thread counts as computing until the track's end, which this is not yet. */
function goingOn(track: OnCpuTrack | null): OnCpuTrack | null {
  if (!track || track.atUs.length === 0) return track;
  const one = (column: readonly number[]): number[] => [...column, column.at(-1)! + 1];
  return { atUs: one(track.atUs), cpuUs: one(track.cpuUs), runQueueUs: [...track.runQueueUs, track.runQueueUs.at(-1)!] };
}

/** Natures of time that is nobody's in itself: an operation's, where there is no code of the user's on the stack. */
const FOR_OTHERS: readonly NodeNature[] = ['idle', 'program', 'compute', 'native-compute', 'native-io', 'blocking'];

function sharesOf(model: LaneModel, lane: LanePart['lane'], waits: Wait[], bucketUs: number): Share[][] {
  const { profile, natures, groups } = model;
  const moved = onCpuTime(profile, model.lane.onCpu);
  const buckets: Share[][] = [];
  let bucket = -1;
  let shares = new Map<string, Share>();
  let last: Share | null = null;
  /** The half of a collection that the next code has, if there is any. */
  let owedGc: (Moved & { node: number; before: Share }) | null = null;
  /** As in the timeline: work that is nobody's is for what the thread waited for last. */
  let waitedFor = -1;
  const program = model.table.frames.findIndex(({ function: name, owner }) => name === '(program)' && owner === 'native');
  const programNode = profile.nodeFrame.indexOf(program);
  const add = (sample: number, us: number, wait: Pick<Wait, 'group' | 'overlapped'> | null, node = profile.sampleNode[sample]!): Share => {
    const group = groups[wait?.group ?? -1];
    const awaits = group ? { api: lane.operations.apis.indexOf(group.api), site: group.site, overlapped: wait!.overlapped } : null;
    const part = us / profile.sampleUs[sample]!;
    const share = shareOf(shares, buckets.at(-1)!, node, awaits);
    share.samples += part;
    share.us += us;
    // What a thread computed in what V8 calls idle time has a share of its own: the work outside of functions.
    const sleeping = natures.nature[profile.sampleNode[sample]!] === 'idle';
    share.cpuUs += !sleeping ? moved.cpuUs[sample]! * part : node === programNode ? us : 0;
    share.runQueueUs += sleeping ? 0 : moved.runQueueUs[sample]! * part;
    return share;
  };
  profile.sampleNode.forEach((node, sample) => {
    const startUs = profile.sampleStartUs[sample]!;
    const us = profile.sampleUs[sample]!;
    if (us <= 0) return;
    if (Math.floor(startUs / bucketUs) !== bucket) {
      bucket = Math.floor(startUs / bucketUs);
      buckets.push([]);
      shares = new Map();
    }
    const nature = natures.nature[node]!;
    if (nature === 'gc' && last) {
      // As in the timeline: the code on both sides is as good a witness.
      const before = last;
      const half = natures.userNode[before.node]! >= 0 ? 0.5 : 1;
      addGc(before, node, half, { us, cpuUs: moved.cpuUs[sample]!, runQueueUs: moved.runQueueUs[sample]! });
      owedGc = half < 1 ? { node, us, cpuUs: moved.cpuUs[sample]!, runQueueUs: moved.runQueueUs[sample]!, before } : null;
      return;
    }
    if (natures.userNode[node]! >= 0 || !FOR_OTHERS.includes(nature)) {
      if (natures.userNode[node]! >= 0) waitedFor = -1;
      last = add(sample, us, null);
      if (owedGc) addGc(natures.userNode[node]! >= 0 ? last : owedGc.before, owedGc.node, 0.5, owedGc);
      owedGc = null;
      return;
    }
    if (owedGc) addGc(owedGc.before, owedGc.node, 0.5, owedGc);
    owedGc = null;
    const slept = nature === 'idle' || (nature === 'program' && model.blockedUs !== null && model.blockedUs[sample]! > us / 2);
    const busyUs = nature === 'idle' && programNode >= 0 && model.busyIdleUs ? model.busyIdleUs[sample]! : 0;
    for (const piece of model.inFlight(node, startUs, startUs + us)) {
      const part = (piece.us / us) * (us - busyUs);
      if (slept) {
        waits.push({ ...piece, us: part });
        waitedFor = piece.group;
      }
      const wait = { ...piece, group: piece.group < 0 ? waitedFor : piece.group };
      last = add(sample, part, wait);
      if (busyUs > 0) last = add(sample, piece.us - part, wait, programNode);
    }
  });
  const owed = owedGc as (Moved & { node: number; before: Share }) | null;
  if (owed) addGc(owed.before, owed.node, 0.5, owed);
  return buckets;
}
