import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readCpuProfile, type ReadProfile } from '../core/convert/cpuprofile.ts';
import { htmlReport } from '../core/report/html.ts';
import { readReport } from '../core/report/read-report.ts';
import type { Report } from '../core/report/report.ts';
import { SAVED } from '../protocol/session.ts';
import { draw0xFlameGraph } from '../workflows/open-0x-flame-graph.ts';
import { LARGEST_PROFILE_BYTES, LARGEST_REPORT_BYTES, readText } from '../workflows/read-text.ts';
import { webviewScript, type Programs } from './advise.ts';
import { cancellable } from './interrupts.ts';
import { tell } from './output.ts';
import { laneFile, prepareResults, writeResult } from './save.ts';

/** Draws the flame graph of a V8 profile, or of what `--save` wrote, as a page, and says where it is. Throws a Failure. */
export async function open(
  { input, output, engine }: { input: string; output: string | null; engine: 'own' | '0x' },
  { distFolder }: Programs,
): Promise<void> {
  const saved = readSaved(input);
  const page = resolve(output ?? `${basename(resolve(input)).replace(/\.cpuprofile$/, '')}.html`);
  prepareResults(null, [page]);
  const title = `${basename(saved.report?.target.script ?? input)} · Unblock`;
  if (engine === '0x')
    await cancellable((cancel) =>
      draw0xFlameGraph({ profile: saved.lanes[0]!.profile, title, nodePath: process.execPath, distFolder, output: page, cancel }),
    );
  else writeResult(page, htmlReport({ title, report: saved.report, lanes: saved.lanes, webviewScript: webviewScript(distFolder) }));
  await tell(`${page}\n`);
}

interface Saved {
  /** Null for a profile alone. */
  report: Report | null;
  /** The main lane first; at least one. */
  lanes: { name: string; profile: ReadProfile }[];
}

/** A folder that `--save` wrote, or a `.cpuprofile`. Throws a Failure. */
function readSaved(input: string): Saved {
  if (!isFolder(input)) return { report: null, lanes: [{ name: 'main', profile: readProfile(input) }] };
  const lanes = [readProfile(join(input, SAVED.profile))];
  for (let file = join(input, laneFile(1)); exists(file); file = join(input, laneFile(lanes.length))) lanes.push(readProfile(file));
  const report = join(input, SAVED.report);
  return {
    report: readReport(readText(report, LARGEST_REPORT_BYTES, 'profile again'), report),
    lanes: lanes.map((profile, index) => ({ name: profile.unblock?.lane ?? (index === 0 ? 'main' : `thread ${index + 1}`), profile })),
  };
}

function readProfile(file: string): ReadProfile {
  return readCpuProfile(readText(file, LARGEST_PROFILE_BYTES, 'record a shorter run'), file);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
