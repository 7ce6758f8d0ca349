import type { Language } from '../language.ts';
import type { Lane, Recording } from '../recording.ts';
import type { FrameTable } from './frames.ts';
import { shareGaps } from './gaps.ts';
import { returnInlined } from './inlined.ts';
import { returnLost } from './lost-frames.ts';
import { nodeNatures } from './natures.ts';
import type { NodeNatures } from './natures.ts';
import { blockedTime, busyIdleTime } from './on-cpu.ts';
import { groupOf, orderOperations, resolveSites } from './operations.ts';
import type { AsyncGroup, Operation, Ordered, Site, Wait } from './operations.ts';
import { normalise } from './profile.ts';
import type { Profile } from './profile.ts';
import { sourcePositions } from './source-positions.ts';
import { waitingSweep } from './waiting-sweep.ts';
import type { SourceFunctions } from './source-text.ts';

/** A lane with everything its time is told from, joined. */
export interface LaneModel {
  lane: Lane;
  profile: Profile;
  natures: NodeNatures;
  table: FrameTable;
  sites: Site[];
  groups: AsyncGroup[];
  /** The asynchronous operations, in the order they began. */
  operations: readonly Operation[];
  /** Of each sample; null where it wasn't measured. */
  blockedUs: Float64Array | null;
  /** Of each idle sample, what the thread computed all the same; null where it wasn't measured. */
  busyIdleUs: Float64Array | null;
  /** What was in flight in a stretch of a node's time; to be asked once, in order of time. */
  inFlight: (node: number, startUs: number, endUs: number) => Wait[];
  functionsOf: (file: string) => SourceFunctions | null;
}

/** @param wallUs see {@link normalise} */
export function laneModel(
  lane: Lane,
  wallUs: number | null,
  table: FrameTable,
  { machine: { platform }, run }: Recording,
  language: Language,
  functionsOf: (file: string) => SourceFunctions | null,
): LaneModel {
  const positions = sourcePositions(lane.sourceMaps, platform);
  const measured = normalise(lane, wallUs, table, positions, language, functionsOf);
  const placed = returnLost(returnInlined(measured, table, language, functionsOf), table, functionsOf);
  const natures = nodeNatures(placed, table, language);
  const profile = shareGaps(placed, natures, lane.rolledUp?.untilUs);
  const ordered = orderOperations(lane.operations, profile.endUs, run.ended === 'exit', language, lane.rolledUp?.operations);
  return {
    lane,
    profile,
    natures,
    table,
    sites: resolveSites(lane.operations, table, positions, language, functionsOf),
    groups: ordered.groups,
    operations: ordered.operations,
    blockedUs: blockedTime(profile, natures, lane.onCpu),
    busyIdleUs: busyIdleTime(profile, natures, lane.onCpu),
    inFlight: inFlightOf(lane, profile, ordered, language),
    functionsOf,
  };
}

/** In time that was rolled up it was found while the run went on; in full time the operations' own times say it. */
function inFlightOf(lane: Lane, { nodeAwaits }: Profile, ordered: Ordered, language: Language): LaneModel['inFlight'] {
  const sweep = waitingSweep(ordered);
  const rolledUpUntilUs = lane.rolledUp?.untilUs ?? -Infinity;
  return (node, startUs, endUs) => {
    if (startUs >= rolledUpUntilUs) return sweep(startUs, endUs);
    const awaits = nodeAwaits[node];
    const api = awaits && lane.operations.apis[awaits.api];
    const group = api === undefined ? -1 : groupOf(ordered, api, awaits!.site, language.waitsFor(api));
    return [{ group, overlapped: awaits?.overlapped ?? false, startUs, us: endUs - startUs }];
  };
}
