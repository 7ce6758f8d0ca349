import type { FrameTable } from '../profile/frames.ts';
import { relativeTo } from '../profile/find-hot-spots.ts';
import type { HotSpot, TimeSplit } from '../profile/hot-spots.ts';
import { modulesNamedAt } from '../profile/loaded-modules.ts';
import type { SourceFunctions } from '../profile/source-text.ts';
import { KIND } from '../profile/time-kind.ts';
import { sumOf } from '../profile/time-split.ts';
import type { Timeline } from '../profile/timeline.ts';
import { formatDuration, formatShare } from '../report/format.ts';
import { LOADING_SHARE, TOLD_LOADING_SHARE } from './thresholds.ts';
import { innermostPackage } from './uncharged-evidence.ts';

interface Loading {
  whole: TimeSplit;
  timelines: readonly Timeline[];
  table: FrameTable;
  hotSpots: readonly HotSpot[];
  functionsOf: (file: string) => SourceFunctions | null;
  cwd: string;
}

/**
 * Which of the user's lines load modules, and which packages are loaded, where that is a notable part of the run.
 * `Loading modules took 410 ms (17 %): 300 ms for import of typescript at build.js:3. By package: typescript 290 ms, ajv 60 ms.`
 */
export function loadingEvidence({ whole, timelines, table, hotSpots, functionsOf, cwd }: Loading): string[] {
  const { loadingUs } = whole;
  if (loadingUs <= 0 || loadingUs < sumOf(whole) * LOADING_SHARE) return [];
  const told = ({ us }: { us: number }): boolean => us >= loadingUs * TOLD_LOADING_SHARE;
  const lines = hotSpots
    .flatMap(({ file, lines: all }) => all.map(({ line, time }) => ({ file, line, us: time.loadingUs })))
    .filter(told)
    .sort((a, b) => b.us - a.us)
    .slice(0, 3)
    .map(({ file, line, us }) => {
      const source = functionsOf(file);
      const { how, names } = source ? modulesNamedAt(source, line) : { how: '', names: [] };
      const what = names.length === 0 ? '' : `for ${how} of ${names.slice(0, 2).join(' and ')} `;
      return `${formatDuration(us / 1000)} ${what}at ${relativeTo(cwd, file)}:${line}`;
    });
  const packages = [...loadedPackages(timelines, table)]
    .map(([name, us]) => ({ name, us }))
    .filter(told)
    .sort((a, b) => b.us - a.us)
    .slice(0, 3)
    .map(({ name, us }) => `${name} ${formatDuration(us / 1000)}`);
  const where = lines.length === 0 ? '' : `: ${lines.join('; ')}`;
  const which = packages.length === 0 ? '' : ` By package: ${packages.join(', ')}.`;
  return [`Loading modules took ${formatDuration(loadingUs / 1000)} (${formatShare(loadingUs / sumOf(whole))})${where}.${which}`];
}

/** µs by the package whose module was running, or was loading another one, innermost first. */
function loadedPackages(timelines: readonly Timeline[], table: FrameTable): Map<string, number> {
  const found = new Map<string, number>();
  for (const { tree, slices } of timelines) {
    for (const { kind, node, us } of slices) {
      const name = kind === KIND.loading ? innermostPackage(tree, node, table) : null;
      if (name !== null) found.set(name, (found.get(name) ?? 0) + us);
    }
  }
  return found;
}
