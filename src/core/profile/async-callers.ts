import type { LaneModel } from './lane-model.ts';
import { functionAt } from './source-text.ts';

/** Chains longer than this are a mistake of ours, not a program. */
const LONGEST_CHAIN = 64;

/**
 * V8 shows a function that goes on after an await at the bottom of the stack. Who awaits it is known from the stacks of operations
 * (`at async`), and where it started none, from who called it before its first await. Returns the callers' frames, outermost first.
 */
export function asyncCallers(model: LaneModel): (frame: number) => number[] {
  const { table, sites, profile, natures } = model;
  const awaiting = new Map<number, Map<number, number>>();
  const calling = new Map<number, Map<number, number>>();
  for (const { frames } of sites) {
    for (let at = 0; at + 1 < frames.length; at++) {
      const outer = frames[at + 1]!;
      count(outer.async ? awaiting : calling, frames[at]!.frame, outer.frame, 1);
    }
  }
  // Of the profile's own stacks, samples are too few to weigh callers by: how often a caller has a node is enough.
  for (let node = 1; node < profile.nodeFrame.length; node++) {
    const parent = profile.nodeParent[node]!;
    if (natures.userNode[node] === node && natures.userNode[parent] === parent && parent > 0)
      count(calling, profile.nodeFrame[node]!, profile.nodeFrame[parent]!, 1);
  }

  const isAsync = (frame: number): boolean => {
    const { file, line, column, owner } = table.frames[frame]!;
    const source = owner === 'user' ? model.functionsOf(file) : null;
    return source !== null && functionAt(source, line, column)?.async === true;
  };
  const callerOf = (frame: number): number | null => {
    const known = most(awaiting.get(frame));
    if (known !== null) return known;
    return calling.has(frame) && isAsync(frame) ? most(calling.get(frame)) : null;
  };
  const chains = new Map<number, number[]>();
  return (frame) => {
    const known = chains.get(frame);
    if (known) return known;
    const chain: number[] = [];
    for (let at = callerOf(frame); at !== null && at !== frame && !chain.includes(at) && chain.length < LONGEST_CHAIN; at = callerOf(at))
      chain.push(at);
    chain.reverse();
    chains.set(frame, chain);
    return chain;
  };
}

function count(of: Map<number, Map<number, number>>, inner: number, outer: number, by: number): void {
  let callers = of.get(inner);
  if (!callers) of.set(inner, (callers = new Map<number, number>()));
  callers.set(outer, (callers.get(outer) ?? 0) + by);
}

function most(callers: Map<number, number> | undefined): number | null {
  let best: number | null = null;
  for (const [caller, times] of callers ?? []) if (best === null || times > callers!.get(best)!) best = caller;
  return best;
}
