import { turnsOf } from '../event-loop/blockages.ts';
import { callbackStarts, fromBefore, isBlockage, requestsOf } from '../event-loop/event-loop.ts';
import { heldUp } from '../event-loop/held-up.ts';
import type { Stretch } from '../event-loop/stretches.ts';
import { loopTime } from '../event-loop/stretches.ts';
import type { Language } from '../language.ts';
import type { LaneModel } from '../profile/lane-model.ts';
import type { RolledUp, RolledUpLoop } from '../recording.ts';

/** So many of the longest are kept; a report has fewer. */
const KEPT_BLOCKAGES = 200;

/** Adds what the event loop did in a part. */
export function addLoop(before: RolledUp, model: LaneModel, language: Language): void {
  const time = loopTime(model, before.loop?.endUs ?? null);
  if (!time) return;
  const loop = (before.loop ??= {
    startUs: time.startUs,
    endUs: time.startUs,
    busyUs: 0,
    openUs: null,
    stretches: [],
    blockages: [],
    shorter: { times: 0, us: 0, heldUp: 0 },
  });
  const stretches = fromBefore(time.stretches, loop);
  loop.endUs = time.endUs;
  const last = stretches.at(-1);
  // It may go on in the next part.
  loop.openUs = last?.endUs === time.endUs ? stretches.pop()!.startUs : null;
  loop.busyUs += time.busyUs;
  addLengths(loop, [...stretches.map(({ startUs, endUs }) => endUs - startUs), ...time.shortUs]);
  const turns = turnsOf(stretches, callbackStarts(model, language)).filter(isBlockage);
  const held = heldUp(turns, requestsOf(model, language), time.sleeps);
  const nodes = holders(turns, model);
  turns.forEach(({ startUs, endUs }, turn) => loop.blockages.push({ startUs, endUs, node: nodes[turn]!, heldUp: held[turn]! }));
  keepLongest(loop);
}

function addLengths(loop: RolledUpLoop, lengthsUs: readonly number[]): void {
  const known = new Map(loop.stretches.map((one) => [one.us, one]));
  for (const length of lengthsUs) {
    const us = Number(length.toPrecision(3));
    const one = known.get(us);
    if (one) one.times++;
    else {
      const first = { us, times: 1 };
      known.set(us, first);
      loop.stretches.push(first);
    }
  }
}

function keepLongest(loop: RolledUpLoop): void {
  if (loop.blockages.length <= KEPT_BLOCKAGES) return;
  const byLength = loop.blockages.toSorted((a, b) => b.endUs - b.startUs - (a.endUs - a.startUs));
  for (const { startUs, endUs, heldUp: held } of byLength.slice(KEPT_BLOCKAGES)) {
    loop.shorter.times++;
    loop.shorter.us += endUs - startUs;
    loop.shorter.heldUp += held ?? 0;
  }
  loop.blockages = byLength.slice(0, KEPT_BLOCKAGES).sort((a, b) => a.startUs - b.startUs);
}

/** For each turn the innermost user function's node that was on the stack for at least half of it. */
function holders(turns: readonly Stretch[], { profile, natures }: LaneModel): (number | null)[] {
  let sample = 0;
  return turns.map(({ startUs, endUs }) => {
    const totals = new Map<number, { us: number; depth: number }>();
    while (sample < profile.sampleNode.length && profile.sampleStartUs[sample]! + profile.sampleUs[sample]! <= startUs) sample++;
    for (let at = sample; at < profile.sampleNode.length && profile.sampleStartUs[at]! < endUs; at++) {
      const from = profile.sampleStartUs[at]!;
      const us = Math.min(endUs, from + profile.sampleUs[at]!) - Math.max(startUs, from);
      const path: number[] = [];
      for (let node = natures.userNode[profile.sampleNode[at]!]!; node >= 0; node = natures.userNode[profile.nodeParent[node]!] ?? -1)
        path.push(node);
      path.forEach((node, height) => {
        const sum = totals.get(node) ?? { us: 0, depth: path.length - height };
        sum.us += us;
        totals.set(node, sum);
      });
    }
    const half = (endUs - startUs) / 2;
    const [longest] = [...totals].filter(([, { us }]) => us >= half).sort((a, b) => b[1].depth - a[1].depth);
    return longest?.[0] ?? null;
  });
}
