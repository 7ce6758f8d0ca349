import type inspector from 'node:inspector';
import { COMPARE, type Probe } from './messages.ts';

/**
 * Stops the main thread in a few calls of the chosen functions, where they begin and where they return, to look at what they are given and
 * give back. V8's breakpoints know every kind of function, in whatever way its text was loaded. One stop takes about 0.5 ms, and a function with
 * a breakpoint runs without V8's optimisations: so a breakpoint goes away with the first stop, and is set again after a rest. Once a breakpoint
 * stands for a while without stopping anything, to compare what calls in a row are given: some 10 µs a call.
 */

/** Calls in quick succession at the beginning, then ever more rarely. */
const FIRST_REST_MS = 2;
const LONGER = 1.5;
/** A breakpoint that nothing came to within this is taken away: the function may be in the middle of a long call, which it slows down. */
const WINDOW_MS = 200;
/** Then it runs in peace for so many times as long, and is given twice the time: without optimisation a call takes ten times as long. */
const IN_PEACE = 2;
const MOST_MISSED = 4;
/** Calls are compared for so many windows at most, and only for as long as there are so many in each: the share of repeats among few says little. */
const MOST_COMPARING = 10;
const FEWEST_COMPARED = 10;
const ENOUGH_COMPARED = 400;

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber: number;
}

type Place = 'call' | 'return';

interface Probed extends Probe {
  index: number;
  /** Where it begins and where it returns; null until it was called for the first time. */
  at: Record<Place, Location[]> | null;
  waitsFor: Place | null;
  breakpoints: string[];
  enough: Record<Place, boolean>;
  /** The arguments of calls in a row are compared once, by a condition that stops nothing. */
  comparing: 'later' | 'now' | 'done';
  /** Windows that its calls were compared in. */
  compared: number;
  restMs: number;
  missed: number;
  window: NodeJS.Timeout | undefined;
}

interface Paused {
  hitBreakpoints?: string[];
  callFrames: {
    callFrameId: string;
    functionLocation?: Location;
    location: Location;
    returnValue?: RemoteObject;
  }[];
}

interface RemoteObject {
  objectId?: string;
  value?: unknown;
  unserializableValue?: string;
  subtype?: string;
}

/**
 * @param handle the object of the main thread that has CallSampler's functions
 * @returns when breakpoints stand; the script may begin
 */
export async function probeCalls(session: inspector.Session, handle: string, probes: readonly Probe[]): Promise<void> {
  const probed = probes.map((probe, index): Probed => {
    const state = { waitsFor: null, breakpoints: [], restMs: FIRST_REST_MS, missed: 0, window: undefined };
    return { ...probe, ...state, index, comparing: 'later', compared: 0, at: null, enough: { call: false, return: false } };
  });
  /** Answers with null where V8 refuses: a breakpoint that is gone, an expression that throws. */
  const post = <Result>(method: string, parameters: object = {}): Promise<Result | null> =>
    new Promise((resolve) => {
      try {
        session.post(method, parameters, (error, result) => resolve(error ? null : (result as Result)));
      } catch {
        // The session has ended: the main thread is about to exit.
        resolve(null);
      }
    });

  async function setAt(one: Probed, place: Place): Promise<void> {
    one.waitsFor = place;
    const { url, lineNumber, columnNumber, at } = one;
    if (at && place === 'call' && one.comparing === 'later') one.comparing = 'now';
    const condition = one.comparing === 'now' ? comparison(one) : undefined;
    const set = at
      ? at[place].map((location) => post<{ breakpointId: string }>('Debugger.setBreakpoint', { location, condition }))
      : [post<{ breakpointId: string }>('Debugger.setBreakpointByUrl', { url, lineNumber, columnNumber })];
    const known = at !== null;
    for (const answer of await Promise.all(set)) if (answer) one.breakpoints.push(answer.breakpointId);
    // One that stands in no function yet costs nothing.
    if (known) one.window = setTimeout(() => void miss(one), windowOf(one));
  }

  async function remove(one: Probed): Promise<void> {
    clearTimeout(one.window);
    one.waitsFor = null;
    await Promise.all(one.breakpoints.splice(0).map((breakpointId) => post('Debugger.removeBreakpoint', { breakpointId })));
  }

  /** Nothing came: next time the other place, as a long call that has begun may be about to return. */
  async function miss(one: Probed): Promise<void> {
    const place = one.waitsFor;
    if (place === null) return;
    if (one.comparing === 'now' && (await comparesOn(one))) {
      if (one.waitsFor !== null) one.window = setTimeout(() => void miss(one), windowOf(one));
      return;
    }
    await remove(one);
    if (one.comparing === 'now') {
      one.comparing = 'done';
      rest(one, place);
      return;
    }
    const peaceMs = windowOf(one) * IN_PEACE;
    if (++one.missed < MOST_MISSED) rest(one, other(place), peaceMs);
  }

  /** Whether a busy machine or slow calls made too few of them in the windows so far, and another one will make a difference. */
  async function comparesOn(one: Probed): Promise<boolean> {
    const answer = await post<{ result: RemoteObject }>('Runtime.callFunctionOn', {
      objectId: handle,
      functionDeclaration: 'function (index) { return this.sampled[index].again.calls; }',
      arguments: [{ value: one.index }],
      returnByValue: true,
      silent: true,
    });
    const calls = answer?.result.value;
    return (
      typeof calls === 'number' && calls < ENOUGH_COMPARED && calls >= ++one.compared * FEWEST_COMPARED && one.compared < MOST_COMPARING
    );
  }

  function rest(one: Probed, next: Place, atLeastMs = 0): void {
    const place = one.enough[next] ? other(next) : next;
    if (one.enough[place]) return;
    setTimeout(() => void setAt(one, place), Math.max(atLeastMs, one.restMs)).unref();
    one.restMs *= LONGER;
  }

  async function look(one: Probed, { callFrames: [frame] }: Paused): Promise<void> {
    const place = one.waitsFor;
    if (!frame || place === null) return;
    await remove(one);
    if (one.comparing === 'now') one.comparing = 'done';
    one.at ??= await placesOf(one, frame.location.scriptId);
    if (one.at.call.length === 0) return;
    // The nearest place to break may have been in the code around the function.
    if (!isIn(one, frame)) {
      if (++one.missed <= MOST_MISSED) await setAt(one, place);
      return;
    }
    one.missed = 0;
    if (place === 'call') {
      const values = await post<{ result: RemoteObject; exceptionDetails?: object }>('Debugger.evaluateOnCallFrame', {
        callFrameId: frame.callFrameId,
        expression: one.argumentsExpression,
        objectGroup: 'unblock',
        silent: true,
      });
      one.enough.call = values && !values.exceptionDetails ? await note(one, 'noteArguments', values.result) : true;
    }
    const result = frame.returnValue && (await settled(frame.returnValue));
    if (result) one.enough.return = await note(one, 'noteResult', result);
    await post('Runtime.releaseObjectGroup', { objectGroup: 'unblock' });
    if (place === 'call' && !frame.returnValue && !one.enough.return) await setAt(one, 'return');
    else rest(one, 'call');
  }

  async function placesOf(one: Probed, scriptId: string): Promise<Record<Place, Location[]>> {
    const { lineNumber, columnNumber } = one;
    const found = await post<{ locations: (Location & { type?: string })[] }>('Debugger.getPossibleBreakpoints', {
      start: { scriptId, lineNumber, columnNumber },
      restrictToFunction: true,
    });
    const locations = found?.locations ?? [];
    return { call: locations.slice(0, 1), return: locations.filter(({ type }) => type === 'return') };
  }

  /** What an asynchronous function gives back is a promise; that of one which has just returned has its value already. Null for others. */
  async function settled(value: RemoteObject): Promise<RemoteObject | null> {
    if (value.subtype !== 'promise') return value;
    const properties = await post<{ internalProperties?: { name: string; value?: RemoteObject }[] }>('Runtime.getProperties', {
      objectId: value.objectId,
      ownProperties: true,
    });
    const inner = (name: string) => properties?.internalProperties?.find((one) => one.name === name)?.value;
    return inner('[[PromiseState]]')?.value === 'fulfilled' ? (inner('[[PromiseResult]]') ?? null) : null;
  }

  async function note(one: Probed, name: 'noteArguments' | 'noteResult', value: RemoteObject): Promise<boolean> {
    const { objectId, unserializableValue } = value;
    const passed = objectId ? { objectId } : unserializableValue ? { unserializableValue } : { value: value.value };
    const answer = await post<{ result: RemoteObject }>('Runtime.callFunctionOn', {
      objectId: handle,
      functionDeclaration: `function (index, value) { return this.${name}(index, value); }`,
      arguments: [{ value: one.index }, passed],
      returnByValue: true,
      silent: true,
    });
    return answer?.result.value !== false;
  }

  session.on('Debugger.paused' as 'inspectorNotification', (message: unknown) => {
    const { params } = message as { params: Paused };
    const hit = probed.filter(({ breakpoints }) => breakpoints.some((id) => params.hitBreakpoints?.includes(id)));
    // Also at a `debugger` statement of the script's.
    void Promise.all(hit.map((one) => look(one, params)))
      .catch(() => undefined)
      .then(() => post('Debugger.resume'));
  });
  await post('Debugger.enable');
  await Promise.all(probed.map((one) => setAt(one, 'call')));
}

function comparison({ index, argumentsExpression }: Probed): string {
  return `globalThis[Symbol.for(${JSON.stringify(COMPARE)})](${index}, ${argumentsExpression})`;
}

function windowOf({ missed }: Probed): number {
  return WINDOW_MS * 2 ** missed;
}

function other(place: Place): Place {
  return place === 'call' ? 'return' : 'call';
}

function isIn({ lineNumber, columnNumber }: Probed, { functionLocation: at }: Paused['callFrames'][number]): boolean {
  return at?.lineNumber === lineNumber && at.columnNumber === columnNumber;
}
