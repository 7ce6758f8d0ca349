import type { CpuProfile } from '../recording.ts';

/**
 * The analysed profile of one lane as it is saved, shown and opened elsewhere: a valid V8 `.cpuprofile` (Chrome DevTools, speedscope and
 * VS Code open it), its positions mapped back to what the user wrote, its waits given a frame of their own (`await fetch`) below the
 * function that started them, and one more column: what each sample's time was.
 */
export interface TimedProfile extends CpuProfile {
  unblock: { schema: 'unblock/timed-profile/1'; lane: string };
  /** For each sample an index into TIME_KINDS. */
  sampleKinds: number[];
}
