import type { EventLoop } from '../event-loop/event-loop.ts';
import { relativeTo } from '../profile/find-hot-spots.ts';
import { formatDuration } from '../report/format.ts';
import { LONG_BLOCKAGE_US, SHORTEST_BLOCKAGE_US } from './thresholds.ts';

/** The event loop of a thread or process. */
export interface LaneLoop {
  /** Null for the main one, which needs no name. */
  lane: string | null;
  loop: EventLoop;
}

/**
 * What blocked event loops add to a verdict: in a program that serves, others wait for them. One sentence for all of its threads and processes, or
 * none where nothing was held up.
 * `The event loop was blocked 24 times for 10 ms or more, the longest 412 ms in render (lib/a.js:12): requests had to wait 37 times.`
 */
export function loopEvidence(loops: readonly LaneLoop[], cwd: string): string[] {
  const blocked = loops.flatMap(({ lane, loop: { serving, blockages, shorter } }) => {
    const [longest] = blockages;
    return serving && longest ? [{ lane, blockages, shorter, longest }] : [];
  });
  const [worst] = blocked.toSorted((a, b) => b.longest.durationUs - a.longest.durationUs);
  if (!worst) return [];
  const all = blocked.flatMap(({ blockages }) => blockages);
  const count = blocked.reduce((sum, { shorter }) => sum + shorter.times, all.length);
  const held = blocked.reduce(
    (sum, { shorter }) => sum + shorter.heldUp,
    all.reduce((sum, { heldUp }) => sum + (heldUp ?? 0), 0),
  );
  if (held === 0 && worst.longest.durationUs < LONG_BLOCKAGE_US) return [];
  const { culprit, durationUs } = worst.longest;
  const within = blocked.length > 1 ? `, in ${worst.lane ?? 'the main process'}` : '';
  const where = culprit ? ` in ${culprit.function} (${relativeTo(cwd, culprit.file)}:${culprit.line})` : '';
  const length = `${formatDuration(durationUs / 1000)}${where}`;
  const times =
    count === 1
      ? `once, for ${length}`
      : `${count} times for ${formatDuration(SHORTEST_BLOCKAGE_US / 1000)} or more, the longest ${length}${within}`;
  const waited = held === 0 ? '' : `: requests had to wait ${held === 1 ? 'once' : `${held} times`}`;
  const which =
    blocked.length > 1
      ? `The event loops of ${blocked.length} processes were`
      : `The event loop${worst.lane === null ? '' : ` of ${worst.lane}`} was`;
  return [`${which} blocked ${times}${waited}.`];
}
