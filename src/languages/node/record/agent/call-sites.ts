import type { CallSite, SiteFrame } from '../../../../core/recording.ts';

/** Deep enough to reach the user's line below a web framework's frames. */
const FRAME_LIMIT = 32;
const MOST_SITES = 5000;

export const NO_SITE = -1;
/** The call came from Node's own code on nobody's behalf that a stack could name: module loading, a keep-alive agent. */
export const NODES_OWN = -2;

/** One step of a stack: keyed by the position in its script, so that known stacks cost no string. */
interface Step {
  file: string;
  frame: SiteFrame;
  site: number;
  next: Map<number, Step[]>;
}

type Callee = (...args: never[]) => unknown;
type StructuredFrame = NodeJS.CallSite & { getPosition(): number; isAsync(): boolean };

export interface CallSites {
  sites: CallSite[];
  /**
   * The index of the stack that called `callee`, or NO_SITE where there is no room for more, or NODES_OWN. A caller whose last stacks were all
   * the same is believed to have that one for a few ms more: its own frame alone costs less than the whole stack.
   */
  here(callee: Callee, nowUs: number): number;
}

/** What a caller's last stacks were. */
interface Caller {
  file: string;
  site: number;
  /** How many of the last stacks had this site. */
  same: number;
  /** When the last whole stack was taken. */
  atUs: number;
}

/** This often in a row the same, and then for this long. */
const BELIEVED_AFTER = 4;
const BELIEVED_US = 5000;

/** Interns stacks: each is reduced at once to an index, as kept Error objects cost far more. */
export function createCallSites(ownFile: string): CallSites {
  const sites: CallSite[] = [];
  const roots = new Map<number, Step[]>();

  const intern = (frames: StructuredFrame[]): number => {
    let next = roots;
    let last: Step | null = null;
    const path: SiteFrame[] = [];
    for (const frame of frames) {
      const file = frame.getFileName();
      if (!last && isLoader(file)) return NODES_OWN;
      if (!file || file.startsWith('node:') || file === ownFile) continue;
      const position = frame.getPosition() * 2 + (frame.isAsync() ? 1 : 0);
      let steps = next.get(position);
      if (!steps) next.set(position, (steps = []));
      let step = steps.find((candidate) => candidate.file === file);
      if (!step) {
        step = { file, frame: describe(frame, file), site: NO_SITE, next: new Map() };
        steps.push(step);
      }
      path.push(step.frame);
      last = step;
      next = step.next;
    }
    if (!last) return NODES_OWN;
    if (last.site === NO_SITE && sites.length < MOST_SITES) {
      sites.push({ frames: path });
      last.site = sites.length - 1;
    }
    return last.site;
  };

  const callers = new Map<number, Caller[]>();
  /** Until when the last caller of each callee is believed: within it the next is expected to be the same, else a whole stack is taken at once. */
  const believedUntilUs = new Map<Callee, number>();
  /** The site of these frames; null where only the direct caller is known and that is not enough. */
  const siteOf = (callee: Callee, frames: StructuredFrame[], whole: boolean, nowUs: number): number | null => {
    const direct = frames[0];
    const file = direct?.getFileName();
    if (!direct || !file) return whole ? intern(frames) : null;
    const position = direct.getPosition();
    let known = callers.get(position);
    if (!known) callers.set(position, (known = []));
    let caller = known.find((one) => one.file === file);
    if (!whole) return caller && caller.same >= BELIEVED_AFTER && nowUs - caller.atUs < BELIEVED_US ? caller.site : null;
    if (!caller) known.push((caller = { file, site: NO_SITE, same: 0, atUs: 0 }));
    const site = intern(frames);
    caller.same = site === caller.site ? caller.same + 1 : 0;
    caller.site = site;
    caller.atUs = nowUs;
    if (caller.same >= BELIEVED_AFTER) believedUntilUs.set(callee, nowUs + BELIEVED_US);
    return site;
  };

  // By way of V8's stack trace API; the script's own hook and limit are put back. Each frame of ours between this and `callee` costs
  // as much as one of the script's.
  const here = (callee: Callee, nowUs: number, whole = !(nowUs < believedUntilUs.get(callee)!)): number => {
    const { prepareStackTrace: hook } = Error as { prepareStackTrace: unknown };
    const limit = Error.stackTraceLimit;
    let frames: unknown = null;
    try {
      Error.stackTraceLimit = whole ? FRAME_LIMIT : 1;
      Error.prepareStackTrace = structured;
      captureStackTrace(holder, callee);
      frames = holder.stack;
    } catch {
      // The script froze Error.
    } finally {
      Error.stackTraceLimit = limit;
      (Error as { prepareStackTrace: unknown }).prepareStackTrace = hook;
    }
    const site = siteOf(callee, Array.isArray(frames) ? (frames as StructuredFrame[]) : none, whole, nowUs);
    return site ?? (whole ? NO_SITE : here(callee, nowUs, true));
  };

  return { sites, here };
}

function isLoader(file: string | null | undefined): boolean {
  return file?.startsWith('node:internal/modules/') === true;
}

function describe(frame: StructuredFrame, file: string): SiteFrame {
  return {
    function: frame.getFunctionName() ?? '',
    url: file,
    line: frame.getLineNumber() ?? 1,
    column: frame.getColumnNumber() ?? 1,
    async: frame.isAsync(),
  };
}

const captureStackTrace = Error.captureStackTrace.bind(Error);
const structured = (_: unknown, frames: NodeJS.CallSite[]) => frames;
const none: StructuredFrame[] = [];
/** One for all: a new object would have to be given its `stack` property each time, which costs as much as the frames. */
const holder: { stack?: unknown } = {};
