import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { CpuProfile } from '../core/recording.ts';
import { htmlReport } from '../core/report/html.ts';
import type { Report } from '../core/report/report.ts';
import { SAVED } from '../protocol/session.ts';
import { draw0xFlameGraph } from '../workflows/open-0x-flame-graph.ts';
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
  lanes: { name: string; profile: CpuProfile }[];
}

/** A folder that `--save` wrote, or a `.cpuprofile`. Throws a Failure. */
function readSaved(input: string): Saved {
  if (!isFolder(input)) return { report: null, lanes: [{ name: 'main', profile: readProfile(input) }] };
  const lanes = [readProfile(join(input, SAVED.profile))];
  for (let file = join(input, laneFile(1)); exists(file); file = join(input, laneFile(lanes.length))) lanes.push(readProfile(file));
  return {
    report: JSON.parse(readFileSync(join(input, SAVED.report), 'utf8')) as Report,
    lanes: lanes.map((profile, index) => ({ name: laneName(profile) ?? (index === 0 ? 'main' : `thread ${index + 1}`), profile })),
  };
}

function laneName(profile: CpuProfile & { unblock?: { lane?: string } }): string | undefined {
  return profile.unblock?.lane;
}

function readProfile(file: string): CpuProfile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Failure(`${file} can't be read as a profile: name a .cpuprofile, or a folder that --save wrote.`, String(error));
  }
  const profile = parsed as Partial<CpuProfile> | null;
  if (!Array.isArray(profile?.nodes) || !Array.isArray(profile.samples) || !Array.isArray(profile.timeDeltas))
    throw new Failure(`${file} is no V8 profile: name a .cpuprofile, or a folder that --save wrote.`);
  return profile as CpuProfile;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
