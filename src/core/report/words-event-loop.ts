import { formatDuration, formatShare } from './format.ts';
import { laneNoun } from './words-lanes.ts';
import type { Blockage, BlockageFrame, Report, ReportEventLoop, ReportLane } from './report.ts';

/** What a report's event loops say: the same on the command line and in the panel. */

/** A thread or process that serves. */
export interface ServingLane {
  lane: ReportLane;
  loop: ReportEventLoop;
}

/** Where nobody waits for the program, nobody waits for its event loop. */
export function servingLanes(report: Report): ServingLane[] {
  return report.lanes.flatMap((lane) => (lane.eventLoop?.serving === true ? [{ lane, loop: lane.eventLoop }] : []));
}

/**
 * `The event loop was busy for 62 % of the time; an event waits 3.1 ms on average, at worst 412 ms.` Of several lanes one sentence, and ''
 * where none serves.
 */
export function loopSentence(lanes: readonly ServingLane[]): string {
  const [first] = lanes;
  if (!first) return '';
  if (lanes.length === 1) {
    const { utilisation, delayMs } = first.loop;
    const whose = first.lane.kind === 'main' ? '' : ` of ${first.lane.name}`;
    const late = `an event waits ${formatDuration(delayMs.mean)} on average, at worst ${formatDuration(delayMs.max)}`;
    return `The event loop${whose} was busy for ${formatShare(utilisation)} of the time; ${late}.`;
  }
  const busy = lanes.map(({ loop }) => loop.utilisation);
  const [least, most] = [formatShare(Math.min(...busy)), formatShare(Math.max(...busy))];
  const worst = lanes.reduce((a, b) => (b.loop.delayMs.max > a.loop.delayMs.max ? b : a));
  const mean = formatDuration(Math.max(...lanes.map(({ loop }) => loop.delayMs.mean)));
  const late = `an event waits ${mean} on average where it waits longest, at worst ${formatDuration(worst.loop.delayMs.max)} (${worst.lane.name})`;
  const several = lanes.some(({ lane }) => lane.kind === 'main')
    ? 'threads and processes'
    : laneNoun(lanes.map(({ lane }) => lane)).several;
  const share = least === most ? most : `${least.replace(' %', '')} to ${most}`;
  return `The event loops of ${lanes.length} ${several} were busy for ${share} of the time; ${late}.`;
}

export interface LaneBlockage extends Blockage {
  lane: ReportLane;
}

/** The longest blockages of all lanes that serve, longest first. */
export function longestBlockages(lanes: readonly ServingLane[], most: number): LaneBlockage[] {
  return lanes
    .flatMap(({ lane, loop }) => loop.blockages.map((blockage) => ({ ...blockage, lane })))
    .sort((a, b) => b.durationMs - a.durationMs)
    .slice(0, most);
}

/** `render`, `next (express, 12 calls)`, `readFileSync (Node.js)`. */
export function frameWords({ function: name, file, owner, calls }: BlockageFrame): string {
  const whose = owner === 'dependency' ? packageOf(file ?? '') : owner === 'core' ? 'Node.js' : null;
  const details = [...(whose === null ? [] : [whose]), ...(calls > 1 ? [`${calls} calls`] : [])];
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}

function packageOf(file: string): string {
  return /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replace('\\', '/') ?? 'dependency';
}
