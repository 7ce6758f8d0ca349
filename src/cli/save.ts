import { accessSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Analysis } from '../core/analyze.ts';
import { Failure } from '../core/failure.ts';
import type { Recording } from '../core/recording.ts';
import { SAVED } from '../protocol/session.ts';

/** Writes what a run left into a folder (see {@link SAVED}). Throws a Failure. */
export function saveRun(folder: string, recording: Recording, analysis: Analysis): void {
  writeResult(join(folder, SAVED.recording), JSON.stringify(recording));
  analysis.lanes.forEach(({ profile }, index) => writeResult(join(folder, laneFile(index)), JSON.stringify(profile)));
  // Last, so that whoever waits for the report finds everything else.
  writeResult(join(folder, SAVED.report), JSON.stringify(analysis.report, null, 2));
}

/** `profile.cpuprofile` for the main lane, then `profile-2.cpuprofile` and on. */
export function laneFile(index: number): string {
  return index === 0 ? SAVED.profile : SAVED.profile.replace('.', `-${index + 1}.`);
}

/** Makes the folders of results, so that a place that can't be written to is known before the script has run. Throws a Failure. */
export function prepareResults(folder: string | null, files: readonly string[]): void {
  for (const place of [...(folder === null ? [] : [folder]), ...files.map((file) => dirname(file))]) {
    try {
      makeFolder(resolve(place));
      accessSync(place, constants.W_OK);
    } catch (error) {
      throw new Failure(`Nothing can be written to ${place}: choose a folder that you may write to.`, String(error));
    }
  }
}

/** Not mkdir's own recursion: Node 20 never comes back from it in places such as /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

/** Writes one result. Throws a Failure. */
export function writeResult(file: string, text: string): void {
  try {
    writeFileSync(file, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    throw new Failure(`${file} can't be written: choose a place that you may write to.`, String(error));
  }
}
