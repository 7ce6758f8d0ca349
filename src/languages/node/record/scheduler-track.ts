import { closeSync, openSync, readSync } from 'node:fs';
import type { OnCpuTrack } from '../../../core/recording.ts';

/** As often as V8 samples; a thread at rest is looked at less often. A reading costs about 10 µs. */
const BUSY_MS = 1;
const RESTING_MS = 4;
const READINGS_UNTIL_REST = 50;
/** So many threads are read as often as V8 samples; of more, each is read less often, as all readings are ours to pay. */
const OFTEN_READ = 8;
/** A reading that a straight line between its neighbours gives to this accuracy is not kept. */
const STRAIGHT_US = 30;

/** How many threads are followed now. */
let following = 0;

export interface FollowedThread {
  /** The track so far, up to the newest reading. */
  readings(): OnCpuTrack;
  /** Drops the readings before a moment but the last of them. */
  forget(beforeUs: number): void;
  /** Ends it, with the track. */
  stop(): OnCpuTrack;
}

/**
 * Follows a thread's scheduler statistics (Linux: /proc/PID/task/TID/schedstat: ns on a core, ns runnable without one). Null where
 * there are none, as on macOS and Windows; or where UNBLOCK_TRACK is `off`, which is how such a platform is tried on Linux.
 */
export function followThread(pid: number, tid: number): FollowedThread | null {
  if (process.env['UNBLOCK_TRACK'] === 'off') return null;
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/task/${tid}/schedstat`, 'r');
  } catch {
    return null;
  }
  const track: OnCpuTrack = { atUs: [], cpuUs: [], runQueueUs: [] };
  const buffer = Buffer.alloc(96);
  let latest: [number, number, number] | null = null;
  let still = 0;
  following++;
  let timer: NodeJS.Timeout | null = null;

  const keep = (reading: [number, number, number]) => {
    track.atUs.push(reading[0]);
    track.cpuUs.push(reading[1]);
    track.runQueueUs.push(reading[2]);
  };
  const read = (): boolean => {
    const reading = readSchedstat(fd, buffer);
    if (!reading) return false;
    if (latest) {
      still = latest[1] === reading[1] && latest[2] === reading[2] ? still + 1 : 0;
      if (track.atUs.length === 0 || !isStraight(track, latest, reading)) keep(latest);
    }
    latest = reading;
    return true;
  };
  const follow = () => {
    timer = null;
    if (read()) timer = setTimeout(follow, (still > READINGS_UNTIL_REST ? RESTING_MS : BUSY_MS) * Math.ceil(following / OFTEN_READ));
  };
  follow();
  return {
    readings: () => ({
      atUs: [...track.atUs, ...(latest ? [latest[0]] : [])],
      cpuUs: [...track.cpuUs, ...(latest ? [latest[1]] : [])],
      runQueueUs: [...track.runQueueUs, ...(latest ? [latest[2]] : [])],
    }),
    forget(beforeUs) {
      const after = track.atUs.findIndex((at) => at >= beforeUs);
      const dropped = Math.max(0, (after < 0 ? track.atUs.length : after) - 1);
      for (const column of [track.atUs, track.cpuUs, track.runQueueUs]) column.splice(0, dropped);
    },
    stop() {
      following--;
      if (timer) clearTimeout(timer);
      if (timer) read();
      if (latest) keep(latest);
      closeSync(fd);
      return track;
    },
  };
}

function readSchedstat(fd: number, buffer: Buffer): [number, number, number] | null {
  try {
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    const atUs = Number(process.hrtime.bigint() / 1000n);
    const [cpuNs, queueNs] = buffer.toString('latin1', 0, length).split(' ');
    return cpuNs === undefined || queueNs === undefined
      ? null
      : [atUs, Math.round(Number(cpuNs) / 1000), Math.round(Number(queueNs) / 1000)];
  } catch {
    return null;
  }
}

/** Whether the middle reading lies on the line from the last one kept to the newest. */
function isStraight(track: OnCpuTrack, middle: [number, number, number], newest: [number, number, number]): boolean {
  const last = track.atUs.length - 1;
  const from = [track.atUs[last]!, track.cpuUs[last]!, track.runQueueUs[last]!] as const;
  const share = (middle[0] - from[0]) / Math.max(1, newest[0] - from[0]);
  return [1, 2].every((column) => Math.abs(from[column]! + (newest[column]! - from[column]!) * share - middle[column]!) <= STRAIGHT_US);
}
