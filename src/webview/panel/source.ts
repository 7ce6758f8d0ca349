import type { Report, ReportAdvice, ReportHotSpot } from '../../core/report/report.ts';
import { frameName, frameUrl, type Frames } from '../profile/parsed.ts';

/** Where a function is. Line and column 1-based. */
export interface SourcePlace {
  file: string;
  line: number;
  column: number;
}

/** The place of a frame in the user's files; null for what has no file (native code, node's own modules). */
export function placeOf(frames: Frames, frame: number): SourcePlace | null {
  const file = filePath(frameUrl(frames, frame));
  return file === null ? null : { file, line: Math.max(1, frames.line[frame] ?? 1), column: Math.max(1, frames.column[frame] ?? 1) };
}

/** A file URL or an absolute path as a path; null for anything else. */
export function filePath(url: string): string | null {
  if (url.startsWith('file://')) {
    const rest = url.slice('file://'.length);
    let path: string;
    try {
      path = decodeURIComponent(rest);
    } catch {
      path = rest;
    }
    // `/C:/x` is `C:/x`; a host before the path makes it a UNC path.
    if (/^\/[a-z]:/i.test(path)) return path.slice(1);
    return path.startsWith('/') ? path : `//${path}`;
  }
  return url.startsWith('/') || /^[a-z]:[\\/]/i.test(url) ? url : null;
}

/** A path as a person reads it: from the working directory where it is below it, else its last two parts. */
export function shortPath(file: string, cwd: string | null): string {
  const plain = file.replaceAll('\\', '/');
  const base = cwd === null ? null : cwd.replaceAll('\\', '/').replace(/\/?$/, '/');
  if (base !== null && plain.startsWith(base)) return plain.slice(base.length);
  const library = plain.lastIndexOf('/node_modules/');
  if (library >= 0) return plain.slice(library + '/node_modules/'.length);
  return plain.split('/').slice(-2).join('/');
}

/** `lib/load.js:12`, `node:fs`, or what a frame without a file is. */
export function whereText(frames: Frames, frame: number, cwd: string | null): string {
  const place = placeOf(frames, frame);
  if (place !== null) return `${shortPath(place.file, cwd)}:${place.line}`;
  const url = frameUrl(frames, frame);
  return url === '' ? 'native' : url;
}

/** The hot spot of the report that a frame is, if it is one. */
export function hotSpotOf(report: Report | null, frames: Frames, frame: number): ReportHotSpot | null {
  const place = placeOf(frames, frame);
  if (report === null || place === null) return null;
  const name = frameName(frames, frame);
  const here = report.hotSpots.filter((spot) => spot.line === place.line && samePath(spot.file, place.file));
  return (
    here.find((spot) => spot.function === name) ?? here.find((spot) => name === '(anonymous)' || spot.function === '(top level)') ?? null
  );
}

/** The best advice for a frame. */
export function adviceOf(report: Report | null, frames: Frames, frame: number): ReportAdvice | null {
  const spot = hotSpotOf(report, frames, frame);
  return report?.advice.find((advice) => advice.hotSpot === spot?.id) ?? null;
}

/** The frame that a hot spot is, or -1. */
export function frameOf(frames: Frames, spot: { function: string; file: string; line: number }): number {
  let nearest = -1;
  for (let frame = 0; frame < frames.nameEnds.length; frame++) {
    const place = placeOf(frames, frame);
    if (place?.line !== spot.line || !samePath(place.file, spot.file)) continue;
    if (frameName(frames, frame) === spot.function) return frame;
    nearest = frame;
  }
  return nearest;
}

/** The frame of the function that an advice is about, or -1. */
export function frameOfAdvice(frames: Frames, report: Report, advice: ReportAdvice): number {
  const spot = report.hotSpots.find((one) => one.id === advice.hotSpot);
  const frame = spot === undefined ? -1 : frameOf(frames, spot);
  return frame >= 0 ? frame : enclosingFrame(frames, advice.file, advice.line);
}

/** A link that opens a place in VS Code, for pages outside of it. */
export function editorLink(file: string, line: number, column: number): string {
  const path = encodeURI(file.startsWith('/') ? file : `/${file}`).replace(/[?#]/g, encodeURIComponent);
  return `vscode://file${path}:${line}:${column}`;
}

/** The frame of the function around a source line: the one in that file that begins last at or before it. -1 when there is none. */
export function enclosingFrame(frames: Frames, file: string, line: number): number {
  let best = -1;
  for (let frame = 0; frame < frames.nameEnds.length; frame++) {
    const place = placeOf(frames, frame);
    if (place === null || place.line > line || !samePath(place.file, file)) continue;
    if (best < 0 || place.line > frames.line[best]!) best = frame;
  }
  return best;
}

function samePath(a: string, b: string): boolean {
  return a === b || a.replaceAll('\\', '/').toLowerCase() === b.replaceAll('\\', '/').toLowerCase();
}
