import { KIND, TIME_KINDS } from '../../core/profile/time-kind.ts';
import { frameCount, frameName, frameUrl, type Frames, type ParsedProfile } from './parsed.ts';

export const KINDS = TIME_KINDS.length;
export const ALL_KINDS = (1 << KINDS) - 1;

/**
 * For each sample its kind. A profile of another tool doesn't say: then it is told by the frame on top, as well as its name allows
 * (waits can't be told from such a profile).
 */
export function kindsOfSamples(profile: ParsedProfile): Uint8Array {
  const { samples, frame, sampleKinds } = profile;
  if (sampleKinds !== null) {
    for (let i = 0; i < sampleKinds.length; i++) if (sampleKinds[i]! >= KINDS) sampleKinds[i] = KINDS - 1;
    return sampleKinds;
  }
  const ofFrame = kindsOfFrames(profile.frames);
  const kinds = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) kinds[i] = ofFrame[frame[samples[i]!]!]!;
  return kinds;
}

/** What the frames of a profile are when nothing else is known, each on top of the stack. */
export function kindsOfFrames(frames: Frames): Uint8Array {
  const kinds = new Uint8Array(frameCount(frames));
  for (let i = 0; i < kinds.length; i++) {
    if (frameUrl(frames, i) !== '') continue;
    const name = frameName(frames, i);
    if (name === '(idle)') kinds[i] = KIND.idle;
    else if (name === '(garbage collector)') kinds[i] = KIND.gc;
    else if (name !== '(anonymous)' && name !== '(root)') kinds[i] = KIND.nativeCpu;
  }
  return kinds;
}
