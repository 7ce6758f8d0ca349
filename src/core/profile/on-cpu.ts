import {
  BLOCKED_IN_COMPUTING_SHARE,
  BLOCKED_IN_COMPUTING_US,
  BUSY_IDLE_SHARE,
  WAITING_PROGRAM_SHARE,
  WAITING_PROGRAM_US,
} from '../classify/thresholds.ts';
import type { OnCpuTrack } from '../recording.ts';
import type { NodeNature, NodeNatures } from './natures.ts';
import type { Profile } from './profile.ts';

/**
 * How much of each sample's time the thread was neither computing nor waiting for a core, in µs: wall = cpu + stolen + blocked.
 * The kernel's counters move in lumps of up to a scheduler tick, so single samples mean nothing: the three are summed for a call (or
 * for a function's own code) and clamped there, then handed back to its samples in proportion to what each showed.
 * Null where the platform has no such counters.
 */
export function blockedTime(profile: Profile, natures: NodeNatures, track: OnCpuTrack | null): Float64Array | null {
  if (!track || track.atUs.length < 2) return null;
  const running = shown(
    profile,
    track.atUs,
    track.cpuUs.map((us, index) => us + (track.runQueueUs[index] ?? 0)),
  );
  const blocked = profile.sampleUs.map((us, sample) => us - running[sample]!);
  const groups = new Map<number, Group>();
  const groupOf = groupsOfSamples(profile, natures);
  profile.sampleUs.forEach((us, sample) => {
    const key = groupOf[sample]!;
    if (key === UNGROUPED) return;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { nature: natures.nature[profile.sampleNode[sample]!]!, wallUs: 0, blockedUs: 0, shownUs: 0 }));
    group.wallUs += us;
    group.blockedUs += blocked[sample]!;
    group.shownUs += Math.max(0, blocked[sample]!);
  });
  return blocked.map((us, sample) => {
    const group = groups.get(groupOf[sample]!);
    if (!group || group.shownUs === 0) return 0;
    const whole = Math.min(group.wallUs, Math.max(0, group.blockedUs));
    if (!believed(group, whole)) return 0;
    return (Math.max(0, us) * whole) / group.shownUs;
  });
}

interface Group {
  nature: NodeNature;
  wallUs: number;
  blockedUs: number;
  /** Sum of the samples that showed a block. */
  shownUs: number;
}

/** Where nothing but the counters speaks for a block, it must be plain. */
function believed({ nature, wallUs }: Group, blockedUs: number): boolean {
  if (nature === 'blocking' || nature === 'native-io') return true;
  if (nature === 'program') return blockedUs >= WAITING_PROGRAM_US && blockedUs >= wallUs * WAITING_PROGRAM_SHARE;
  return blockedUs >= BLOCKED_IN_COMPUTING_US && blockedUs >= wallUs * BLOCKED_IN_COMPUTING_SHARE;
}

/**
 * How much of each idle sample the thread computed, in µs: V8 calls a thread idle from the moment that it asks for events until JavaScript
 * runs, so that the native work on what has come counts as idle. A sample's time holds some of what came before: what the samples of running
 * code claim beyond the counters is theirs and is not found again in the idle time around them. Null where it was not measured; none in a
 * stretch of idle time that shows too little to be told from what wakes a sleeping thread (the profiler itself).
 */
export function busyIdleTime(profile: Profile, natures: NodeNatures, track: OnCpuTrack | null): Float64Array | null {
  if (!track || track.atUs.length < 2) return null;
  const cpu = shown(profile, track.atUs, track.cpuUs);
  const running = shown(
    profile,
    track.atUs,
    track.cpuUs.map((us, index) => us + (track.runQueueUs[index] ?? 0)),
  );
  const computing = new Float64Array(cpu.length);
  let claimedUs = 0;
  let stretch = { from: 0, idleUs: 0, busyUs: 0 };
  const endStretch = (at: number): void => {
    if (stretch.busyUs < stretch.idleUs * BUSY_IDLE_SHARE) computing.fill(0, stretch.from, at);
    stretch = { from: at + 1, idleUs: 0, busyUs: 0 };
  };
  profile.sampleUs.forEach((us, sample) => {
    const nature = natures.nature[profile.sampleNode[sample]!]!;
    if (nature === 'idle') {
      const paidUs = Math.min(claimedUs, Math.max(0, cpu[sample]!));
      claimedUs -= paidUs;
      const busyUs = Math.min(us, Math.max(0, cpu[sample]! - paidUs));
      computing[sample] = busyUs;
      stretch.idleUs += us;
      stretch.busyUs += busyUs;
      return;
    }
    endStretch(sample);
    if (nature === 'blocking' || nature === 'native-io' || nature === 'none') return;
    claimedUs = Math.min(MOST_CLAIMED_US, claimedUs + Math.max(0, us - running[sample]!));
  });
  endStretch(computing.length);
  return computing;
}

/** A scheduler tick, at the slowest: further back the counters have no say. */
const MOST_CLAIMED_US = 10_000;

/** How much of each idle sample the thread slept, in µs: a thread that was woken may have to wait for a core. All of it where that was not measured. */
export function sleptTime(profile: Profile, natures: NodeNatures, track: OnCpuTrack | null): Float64Array {
  const awake =
    track && track.atUs.length >= 2
      ? shown(
          profile,
          track.atUs,
          track.cpuUs.map((us, index) => us + (track.runQueueUs[index] ?? 0)),
        )
      : null;
  return profile.sampleUs.map((us, sample) =>
    natures.nature[profile.sampleNode[sample]!] === 'idle' ? Math.max(0, us - (awake ? Math.max(0, awake[sample]!) : 0)) : 0,
  );
}

/** How long the thread was on a core, and how long runnable without one, in each sample; 0 where it was not measured. */
export function onCpuTime(profile: Profile, track: OnCpuTrack | null): { cpuUs: Float64Array; runQueueUs: Float64Array } {
  if (!track || track.atUs.length < 2) {
    return { cpuUs: new Float64Array(profile.sampleUs.length), runQueueUs: new Float64Array(profile.sampleUs.length) };
  }
  const cpuUs = shown(profile, track.atUs, track.cpuUs);
  const both = shown(
    profile,
    track.atUs,
    track.cpuUs.map((us, index) => us + (track.runQueueUs[index] ?? 0)),
  );
  return { cpuUs, runQueueUs: both.map((us, sample) => us - cpuUs[sample]!) };
}

/** How much a cumulative counter moved in each sample. */
function shown(profile: Profile, atUs: readonly number[], values: readonly number[]): Float64Array {
  const at = counter(atUs, values);
  let before = at(profile.startUs);
  return profile.sampleUs.map((us, sample) => {
    const now = at(profile.sampleStartUs[sample]! + us);
    const moved = now - before;
    before = now;
    return moved;
  });
}

/**
 * Reads a cumulative counter of the scheduler, from its beginning to a moment; moments must be asked for in order. A lump is of the
 * time before it: the kernel counts a wait for a core when it ends, and computing at the scheduler's tick. Before the first reading and
 * after the last that showed anything the thread counts as computing.
 */
function counter(atUs: readonly number[], values: readonly number[]): (us: number) => number {
  const count = Math.min(atUs.length, values.length);
  let last = count - 1;
  while (last > 0 && values[last] === values[last - 1]) last--;
  const moved = new Float64Array(count);
  let early = 0;
  for (let index = last; index > 0; index--) {
    const all = values[index]! - values[index - 1]! + early;
    moved[index] = Math.min(Math.max(0, all), Math.max(0, atUs[index]! - atUs[index - 1]!));
    early = all - moved[index]!;
  }
  for (let index = 1; index < count; index++) moved[index]! += moved[index - 1]!;
  let next = 1;
  return (us) => {
    if (last === 0 || us <= atUs[0]!) return us - atUs[0]!;
    while (next < last && atUs[next]! < us) next++;
    if (us >= atUs[last]!) return moved[last]! + (us - atUs[last]!);
    const span = atUs[next]! - atUs[next - 1]!;
    const part = span > 0 ? (us - atUs[next - 1]!) / span : 1;
    return moved[next - 1]! + (moved[next]! - moved[next - 1]!) * part;
  };
}

const UNGROUPED = -1;

/** A call into core is one group, a function's own code, wherever it is called from, another, and each stretch of native code outside functions is its own. */
function groupsOfSamples(profile: Profile, natures: NodeNatures): Int32Array {
  const firstNode: (number | undefined)[] = [];
  let stretch = profile.nodeFrame.length;
  let before = UNGROUPED;
  return profile.sampleNode.map((node) => {
    const nature = natures.nature[node]!;
    const same = before === node;
    before = node;
    if (nature === 'program') return same ? stretch : ++stretch;
    if (nature === 'idle' || nature === 'gc' || nature === 'loading' || nature === 'none') return UNGROUPED;
    const core = natures.coreNode[node]!;
    return (nature === 'blocking' || nature === 'native-io') && core >= 0 ? core : (firstNode[profile.nodeFrame[node]!] ??= node);
  });
}
