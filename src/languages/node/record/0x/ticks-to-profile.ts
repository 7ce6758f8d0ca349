import type { CpuProfile, CpuProfileNode } from '../../../../core/recording.ts';
import { stackReader, type Frame, type ReadLines } from './frames.ts';
import type { Code, Tick, TickLog } from './tick-log.ts';

/** V8's StateTag. */
const VM = { gc: 1, idle: 8, logging: 9 } as const;

export interface Cut {
  /** On the ticks' clock: node's own start and 0x's end are not the script's. */
  fromUs: number;
  untilUs: number;
  /** From the ticks' clock to the recording's. */
  shiftUs: number;
  /** A script whose frames are taken out: their time goes to their callers. */
  ownFile: string;
}

/**
 * The ticks as a V8 profile. Each weighs the time since the tick before it: V8 takes fewer ticks while it waits, so that counting
 * them would lose most of the waiting.
 */
export function ticksToProfile(log: TickLog, { fromUs, untilUs, shiftUs, ownFile }: Cut, readLines: ReadLines): CpuProfile {
  const tree = new Tree(stackReader(log, readLines, ownFile));
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let previous = fromUs;
  let last = tree.program;
  for (const tick of log.ticks) {
    if (tick.tm <= fromUs) continue;
    const at = Math.min(tick.tm, untilUs);
    // A tick stands for the time until it; what V8 spent on writing its own log is not the script's, nor anybody's.
    const node = tick.vm === VM.logging ? last : tree.sampleOf(tick);
    samples.push(node.id);
    timeDeltas.push(Math.max(0, at - previous));
    previous = at;
    last = node;
    if (tick.tm >= untilUs) break;
  }
  if (previous < untilUs) {
    // After the last tick nothing ran that V8 would have seen.
    samples.push(tree.idle.id);
    timeDeltas.push(untilUs - previous);
  }
  return { nodes: tree.nodes, startTime: fromUs + shiftUs, endTime: Math.max(untilUs, previous) + shiftUs, samples, timeDeltas };
}

/** When the script's first line ran, on the ticks' clock: the last tick in the agent's function of that name; null when none hit it. */
export function markedBegin(log: TickLog, mark: string, ownFile: string): number | null {
  const isMark = ({ name }: Code): boolean => name.startsWith(`${mark} `) && name.includes(ownFile);
  const tick = log.ticks.findLast(({ s }) =>
    s.some((code, index) => index % 2 === 0 && log.code[code] !== undefined && isMark(log.code[code])),
  );
  return tick?.tm ?? null;
}

/** The call nodes that have been seen so far. */
class Tree {
  readonly nodes: CpuProfileNode[] = [];
  readonly program: CpuProfileNode;
  readonly idle: CpuProfileNode;
  readonly #gc: CpuProfileNode;
  readonly #children = new Map<string, CpuProfileNode>();
  readonly #root: CpuProfileNode;
  readonly #stackOf: (pairs: readonly number[]) => Frame[];

  constructor(stackOf: (pairs: readonly number[]) => Frame[]) {
    this.#stackOf = stackOf;
    this.#root = this.#add(null, '(root)');
    this.program = this.#add(this.#root, '(program)');
    this.idle = this.#add(this.#root, '(idle)');
    this.#gc = this.#add(this.#root, '(garbage collector)');
  }

  sampleOf(tick: Tick): CpuProfileNode {
    if (tick.vm === VM.gc) return hit(this.#gc, null);
    if (tick.vm === VM.idle) return hit(this.idle, null);
    const frames = this.#stackOf(tick.s);
    let node = this.#root;
    for (const frame of frames.toReversed()) node = this.#childOf(node, frame);
    return node === this.#root ? hit(this.program, null) : hit(node, frames[0]?.at ?? null);
  }

  #childOf(parent: CpuProfileNode, frame: Frame): CpuProfileNode {
    const key = `${parent.id} ${frame.key}`;
    const known = this.#children.get(key);
    if (known) return known;
    const node = this.#add(parent, frame.function, frame);
    this.#children.set(key, node);
    return node;
  }

  #add(parent: CpuProfileNode | null, functionName: string, frame?: Frame): CpuProfileNode {
    const node: CpuProfileNode = {
      id: this.nodes.length + 1,
      callFrame: {
        functionName,
        scriptId: String(frame?.script ?? 0),
        url: frame?.url ?? '',
        // V8 begins a module's own code at the very beginning of the file.
        lineNumber: frame ? frame.line - 1 : -1,
        columnNumber: frame ? frame.column - 1 : -1,
      },
      hitCount: 0,
    };
    this.nodes.push(node);
    if (parent) (parent.children ??= []).push(node.id);
    return node;
  }
}

function hit(node: CpuProfileNode, line: number | null): CpuProfileNode {
  node.hitCount++;
  if (line !== null) {
    const ticks = (node.positionTicks ??= []);
    const known = ticks.find((entry) => entry.line === line);
    if (known) known.ticks++;
    else ticks.push({ line, ticks: 1 });
  }
  return node;
}
