import type { LaneModel } from './lane-model.ts';
import type { FunctionCharges, OperationCharge } from './function-charges.ts';
import { begunBy, callParts, coreNames, lineParts, ownTicks } from './call-lines.ts';
import type { LinePart } from './call-lines.ts';
import { plainName } from './frames.ts';
import { executorsOwners } from './executors.ts';
import { longestWaits } from './longest-waits.ts';
import { loadedModules } from './loaded-modules.ts';
import { addTimes, kindTimes, totalTimes } from './time-split.ts';
import { KIND } from './time-kind.ts';
import type { KindTimes } from './time-split.ts';
import type { Timeline } from './timeline.ts';

/**
 * Charges each slice to the innermost user line. A function's own samples have lines of their own; for what it called, V8 keeps no line:
 * then the stacks of the core calls say it, or the one place in the function where the callee's name is called. Where neither does,
 * the function's hottest line has it, else its first.
 * @returns the lines of the innermost user function, by the node of the profile that has slices charged to its stack
 */
export function chargeLane(model: LaneModel, timeline: Timeline, into: Map<number, FunctionCharges>): LinesOfNodes {
  const { profile, natures, table, sites, groups } = model;
  const answerable = executorsOwners(model);
  const here = new Set<number>();
  const of = (own: number): FunctionCharges => {
    const frame = answerable(own);
    let charges = into.get(frame);
    if (!charges) into.set(frame, (charges = { lanes: 0, lines: new Map(), selfUs: 0, operations: new Map(), computing: new Map() }));
    if (!here.has(frame)) charges.lanes++;
    here.add(frame);
    return charges;
  };
  chargeSyncCalls(model, of);

  const linesOf: LinesOfNodes = new Map();
  const byNode = new Map<number, KindTimes>();
  const byGroup = new Map<number, KindTimes>();
  for (const { charge: by, to, kind, us } of timeline.slices) {
    if (by === 'line') charge(of(timeline.lines[to]!.frame), timeline.lines[to]!.line, only(kind, us), 1);
    if (by !== 'stack' && by !== 'operation') continue;
    const times = by === 'stack' ? byNode : byGroup;
    let sum = times.get(to);
    if (!sum) times.set(to, (sum = kindTimes()));
    sum[kind]! += us;
  }

  const ticks = ownTicks(model);
  const moduleNode = loadedModules(model);
  const names = coreNames(model, byNode.keys());
  const began = begunBy(model);
  const parts = new Map<string, LinePart[]>();
  const ownOf = new Map<number, Map<number, KindTimes>>();
  const ownTimes = (frame: number): { lines: Map<number, KindTimes> } => {
    let lines = ownOf.get(frame);
    if (!lines) ownOf.set(frame, (lines = new Map<number, KindTimes>()));
    return { lines };
  };
  for (const [node, times] of byNode) {
    const user = natures.userNode[node]!;
    const frame = profile.nodeFrame[user]!;
    const charges = of(frame);
    const computedUs = (charges.computing.get(model.lane.id) ?? 0) + times[KIND.jsCpu]! + times[KIND.nativeCpu]!;
    charges.computing.set(model.lane.id, computedUs);
    const own = ticks(frame);
    if (node === user) {
      charges.selfUs += times[0]! + times[1]! + times[2]!;
      const found = lineParts(model, frame, profile.nodeTicks[node]!, own);
      linesOf.set(node, found);
      for (const { line, part } of found) {
        charge(charges, line, times, part);
        charge(ownTimes(frame), line, times, part);
      }
      continue;
    }
    const entry = table.frames[profile.nodeFrame[natures.entryNode[node]!]!]!;
    const call = {
      entry: entry.function,
      core: natures.coreNode[node]! < 0 ? '' : table.frames[profile.nodeFrame[natures.coreNode[node]!]!]!.function,
      waits: ['blocking', 'native-compute', 'native-io'].includes(natures.nature[node]!),
      loading: natures.nature[node] === 'loading',
      direct: ['core', 'native'].includes(entry.owner),
      module: moduleNode[node]! < 0 ? '' : table.frames[profile.nodeFrame[moduleNode[node]!]!]!.file,
      file: entry.owner === 'dependency' ? entry.file : '',
    };
    const key = `${frame} ${call.entry} ${call.core} ${call.waits} ${call.loading} ${call.direct} ${call.module} ${call.file}`;
    let found = parts.get(key);
    if (!found) {
      found = callParts(model, frame, [...charges.operations.values()], call, names.get(frame)!, own, began.get(frame) ?? []);
      parts.set(key, found);
    }
    linesOf.set(node, found);
    for (const { line, part, operation } of found) {
      charge(charges, line, times, part);
      if (operation) addTimes(operation.times, times, part);
    }
  }

  for (const [frame, lines] of ownOf) chargeFrameless(of(frame), lines, names.get(frame) ?? new Set());

  const longest = longestWaits(model.operations, timeline.waits, groups.length);
  groups.forEach((group, index) => {
    const user = sites[group.site]?.user;
    if (!user) return;
    const charges = of(user.frame);
    const times = byGroup.get(index) ?? kindTimes();
    charge(charges, user.line, times, 1);
    const operation = operationOf(charges, group.api, 'async', user.line, user.column);
    operation.lanes.add(model.lane.id);
    operation.calls += group.calls;
    operation.totalUs += group.totalUs;
    operation.maxUs = Math.max(operation.maxUs, group.maxUs);
    operation.longestWaitUs = Math.max(operation.longestWaitUs, longest[index]!, group.longestWaitUs);
    operation.inFlightSum += group.meanInFlight * group.totalUs;
    operation.peakInFlight = Math.max(operation.peakInFlight, group.peakInFlight);
    addTimes(operation.times, times);
  });
  return linesOf;
}

/** The parts of a node's time, by line; the parts of a node add up to 1. */
export type LinesOfNodes = Map<number, readonly LinePart[]>;

/**
 * Some core functions have no frame of their own (`Atomics.wait`), so that their time looks like the caller's own, on any of its lines.
 * What the operation took is moved to its line, what was blocked first.
 */
function chargeFrameless(charges: FunctionCharges, own: Map<number, KindTimes>, names: ReadonlySet<string>): void {
  for (const operation of charges.operations.values()) {
    if (
      operation.kind !== 'sync' ||
      operation.totalUs < FRAMELESS_US ||
      names.has(plainName(operation.api)) ||
      totalTimes(operation.times) > 0
    )
      continue;
    let missing = operation.totalUs;
    for (const kind of [KIND.blocked, KIND.nativeCpu, KIND.jsCpu]) {
      for (const [line, times] of own) {
        const moved = Math.min(missing, times[kind]!);
        if (moved <= 0) continue;
        missing -= moved;
        times[kind]! -= moved;
        charges.lines.get(line)![kind]! -= moved;
        charge(charges, operation.line, only(kind, moved), 1);
        operation.times[kind]! += moved;
      }
    }
  }
}

/** Shorter operations are within the sampler's error. */
const FRAMELESS_US = 2000;

function only(kind: number, us: number): KindTimes {
  const times = kindTimes();
  times[kind] = us;
  return times;
}

function charge(charges: Pick<FunctionCharges, 'lines'>, line: number, times: KindTimes, part: number): void {
  let sum = charges.lines.get(line);
  if (!sum) charges.lines.set(line, (sum = kindTimes()));
  addTimes(sum, times, part);
}

function operationOf(charges: FunctionCharges, api: string, kind: 'sync' | 'async', line: number, column: number | null): OperationCharge {
  const key = `${kind} ${api} ${line}:${column ?? 0}`;
  let operation = charges.operations.get(key);
  if (!operation) {
    const sums = { calls: 0, totalUs: 0, maxUs: 0, longestWaitUs: 0, inFlightSum: 0, peakInFlight: 0 };
    operation = { api, kind, line, column, lanes: new Set(), times: kindTimes(), ...sums };
    charges.operations.set(key, operation);
  }
  return operation;
}

/** Calls whose stack was not taken are shared out among the known sites of the same API. */
function chargeSyncCalls({ lane, sites }: LaneModel, of: (frame: number) => FunctionCharges): void {
  const { apis, sync } = lane.operations;
  const known = new Map<number, { calls: number; totalUs: number }>();
  const unknown = new Map<number, { calls: number; totalUs: number }>();
  for (const { api, site, calls, totalUs } of sync) {
    const sums = sites[site] ? known : unknown;
    const sum = sums.get(api) ?? { calls: 0, totalUs: 0 };
    sums.set(api, { calls: sum.calls + calls, totalUs: sum.totalUs + totalUs });
  }
  for (const { api, site, calls, totalUs, maxUs } of sync) {
    const user = sites[site]?.user;
    const name = apis[api];
    if (!user || name === undefined) continue;
    const operation = operationOf(of(user.frame), name, 'sync', user.line, user.column);
    operation.lanes.add(lane.id);
    const more = unknown.get(api) ?? { calls: 0, totalUs: 0 };
    const all = known.get(api)!;
    operation.calls += calls + Math.round(more.calls * (calls / Math.max(1, all.calls)));
    operation.totalUs += totalUs + more.totalUs * (totalUs / Math.max(1, all.totalUs));
    operation.maxUs = Math.max(operation.maxUs, maxUs);
  }
}
