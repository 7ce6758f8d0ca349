import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { readReport } from '../core/report/read-report.ts';
import type { Report } from '../core/report/report.ts';
import { SAVED } from '../protocol/session.ts';
import { LARGEST_REPORT_BYTES, readText } from '../workflows/read-text.ts';

/** What a run left in its folder, read once. */
export interface SavedResults {
  folder: string;
  report: Report;
  /** The main lane's timed profile first. */
  profiles: { name: string; path: string }[];
}

/** Reads what `--save` wrote. Throws a Failure when it can't be read. */
export async function readSavedResults(folder: string): Promise<SavedResults> {
  try {
    // A report of another shape, from another version, must fail here and not somewhere in a view.
    const report = readReport(readText(join(folder, SAVED.report), LARGEST_REPORT_BYTES, 'profile again'));
    const names = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile')).sort((a, b) => laneNumber(a) - laneNumber(b));
    const profiles = await Promise.all(
      names.map(async (name) => ({ name: await laneName(join(folder, name), laneNumber(name)), path: join(folder, name) })),
    );
    return { folder, report, profiles };
  } catch (error) {
    throw new Failure('The report of this run could not be read: profile again.', `${folder}: ${String(error)}`);
  }
}

function laneNumber(file: string): number {
  return Number(/-(\d+)\.cpuprofile$/.exec(file)?.[1] ?? 1);
}

/** The lane's name stands in the profile, near its beginning or its end: files of hundreds of MB aren't parsed for it. */
async function laneName(path: string, number: number): Promise<string> {
  const fallback = number === 1 ? 'main' : `lane ${number}`;
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 4096);
    for (const position of [0, size - length]) {
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      const lane = /"lane":"((?:[^"\\]|\\.)*)"/.exec(buffer.toString('utf8'))?.[1];
      if (lane !== undefined) return JSON.parse(`"${lane}"`) as string;
    }
    return fallback;
  } finally {
    await file.close();
  }
}
