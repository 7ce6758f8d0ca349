import type { TimeSplit } from '../profile/hot-spots.ts';
import type { Lane } from '../recording.ts';
import { OFFER_SHARE } from './thresholds.ts';

/**
 * What is less certain where the system keeps no accounts of a thread's time on a core (macOS, Windows, other engines than ours): a call that may
 * block is taken to. Said where so much time is blocked that a change would be offered for it.
 */
export function trackEvidence(main: Lane | undefined, { blockedUs }: TimeSplit, wallUs: number): string[] {
  if (!main || main.onCpu !== null || blockedUs <= 0 || blockedUs < wallUs * OFFER_SHARE) return [];
  return ['Less certain here: no accounts of the time on a core were kept, so that what such a call computed counts as blocked too.'];
}
