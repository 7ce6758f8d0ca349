import { linesThatCall } from './call-lines.ts';
import { frameAround, plainName } from './frames.ts';
import type { LaneModel } from './lane-model.ts';
import { callPositions, functionAt } from './source-text.ts';

/** Chains longer than this are a mistake of ours, not a program. */
const LONGEST_CHAIN = 64;

/** Who awaits a function that V8 shows at the bottom of the stack, outermost first, and the innermost user line among them. */
export interface AsyncCallers {
  frames: number[];
  user: { frame: number; line: number } | null;
}

/**
 * V8 shows a function that goes on after an await at the bottom of the stack. Who awaits it is known from the stacks of operations
 * (`at async`), and where it started none, from who called it before its first await.
 */
export function asyncCallers(model: LaneModel): (frame: number) => AsyncCallers {
  const { table, sites, profile } = model;
  const awaiting: Callers = new Map();
  const calling: Callers = new Map();
  for (const { frames } of sites) {
    for (let at = 0; at + 1 < frames.length; at++) {
      const outer = frames[at + 1]!;
      count(outer.async ? awaiting : calling, frames[at]!.frame, outer.frame, outer.line);
    }
  }
  // Of the profile's own stacks, samples are too few to weigh callers by: how often a caller has a node is enough.
  const isWritten = (node: number): boolean => ['user', 'dependency'].includes(table.frames[profile.nodeFrame[node]!]!.owner);
  for (let node = 1; node < profile.nodeFrame.length; node++) {
    const parent = profile.nodeParent[node]!;
    if (parent > 0 && isWritten(node) && isWritten(parent)) count(calling, profile.nodeFrame[node]!, profile.nodeFrame[parent]!, null);
  }

  const isAsync = (frame: number): boolean => {
    const { file, line, column } = table.frames[frame]!;
    const source = model.functionsOf(file);
    return source !== null && functionAt(source, line, column)?.async === true;
  };
  const callerOf = (frame: number): Caller | null => {
    const known = most(awaiting.get(frame));
    if (known !== null) return known;
    if (!isAsync(frame)) return null;
    const caller = most(calling.get(frame));
    // Where several lines of the caller call it, the first stands for them.
    return caller === null ? onlyCaller(frame) : { ...caller, line: caller.line ?? linesThatCall(model, caller.frame, frame)[0] ?? null };
  };
  /** The one function of the user's files that calls a name; null where several do: then the name may mean several things. */
  const onlyCaller = (frame: number): Caller | null => {
    const name = plainName(table.frames[frame]!.function);
    const found = new Map<number, number>();
    for (const file of name === '' ? [] : [...table.byFile.keys()]) {
      const { owner } = table.frames[table.byFile.get(file)![0]!]!;
      const source = owner === 'user' ? model.functionsOf(file) : null;
      for (const at of source ? callPositions(source, name) : []) {
        const caller = frameAround(table, source!, { file, owner, name: '' }, at);
        if (caller !== frame) found.set(caller, at.line);
      }
    }
    const [only] = found;
    return only && found.size === 1 ? { frame: only[0], line: only[1], times: 1 } : null;
  };
  const chains = new Map<number, AsyncCallers>();
  return (frame) => {
    const known = chains.get(frame);
    if (known) return known;
    const chain: AsyncCallers = { frames: [], user: null };
    for (
      let at = callerOf(frame);
      at && at.frame !== frame && !chain.frames.includes(at.frame) && chain.frames.length < LONGEST_CHAIN;
      at = callerOf(at.frame)
    ) {
      chain.frames.push(at.frame);
      if (!chain.user && at.line !== null && table.frames[at.frame]!.owner === 'user') chain.user = { frame: at.frame, line: at.line };
    }
    chain.frames.reverse();
    chains.set(frame, chain);
    return chain;
  };
}

interface Caller {
  frame: number;
  /** Of the call; null where it isn't known. */
  line: number | null;
  times: number;
}

/** Frame → its callers by frame. */
type Callers = Map<number, Map<number, Caller>>;

function count(of: Callers, inner: number, outer: number, line: number | null): void {
  let callers = of.get(inner);
  if (!callers) of.set(inner, (callers = new Map<number, Caller>()));
  const caller = callers.get(outer) ?? { frame: outer, line, times: 0 };
  caller.times++;
  caller.line ??= line;
  callers.set(outer, caller);
}

function most(callers: Map<number, Caller> | undefined): Caller | null {
  let best: Caller | null = null;
  for (const caller of callers?.values() ?? []) if (best === null || caller.times > best.times) best = caller;
  return best;
}
