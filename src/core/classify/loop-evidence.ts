import type { EventLoop } from '../event-loop/event-loop.ts';
import { relativeTo } from '../profile/find-hot-spots.ts';
import { formatDuration } from '../report/format.ts';
import { LONG_BLOCKAGE_US, SHORTEST_BLOCKAGE_US } from './thresholds.ts';

/**
 * What a blocked event loop adds to a verdict: in a program that serves, others wait for it. One sentence, or none where nothing was held up.
 * `The event loop was blocked 24 times for 10 ms or more, the longest 412 ms in render (lib/a.js:12): requests had to wait 37 times.`
 */
export function loopEvidence(loop: EventLoop | null, cwd: string): string[] {
  const longest = loop?.blockages[0];
  if (!loop?.serving || !longest) return [];
  const held = loop.blockages.reduce((sum, { heldUp }) => sum + (heldUp ?? 0), 0);
  if (held === 0 && longest.durationUs < LONG_BLOCKAGE_US) return [];
  const times = loop.blockages.length;
  const { culprit } = longest;
  const where = culprit ? ` in ${culprit.function} (${relativeTo(cwd, culprit.file)}:${culprit.line})` : '';
  const length = formatDuration(longest.durationUs / 1000);
  const blocked =
    times === 1
      ? `blocked once, for ${length}${where}`
      : `blocked ${times} times for ${formatDuration(SHORTEST_BLOCKAGE_US / 1000)} or more, the longest ${length}${where}`;
  const waited = held === 0 ? '' : `: requests had to wait ${held === 1 ? 'once' : `${held} times`}`;
  return [`The event loop was ${blocked}${waited}.`];
}
