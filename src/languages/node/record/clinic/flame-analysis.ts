import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Opinion } from '../../../../core/recording.ts';
import { TOP_LEVEL } from '../../../../core/profile/frames.ts';
import type { AnalysisRequest } from './settings.ts';

type Analyse = (paths: Record<'/systeminfo' | '/samples' | '/inlinedfunctions', string>) => Promise<{ merged: FlameFrame }>;

/** A box of its flame graph, after the kinds of frames that it hides at first have given their time to their callers. */
interface FlameFrame {
  name: string;
  functionName: string | null;
  fullFileName: string | null;
  lineNumber: number | null;
  columnNumber: number | null;
  /** app, deps, core, wasm or all-v8. */
  category: string;
  onStackTop: { asViewed: number };
  children: FlameFrame[];
}

/** Of clinic flame's graph the function that is on top of the stack most often, which it colours hottest. */
export async function readFlame({ packageFolder, folder, script, ownFolder }: AnalysisRequest): Promise<Opinion> {
  const load = createRequire(join(packageFolder, 'index.js'));
  const analyse = load('./analysis/index.js') as Analyse;
  const out = join(folder, 'out');
  const { inlined } = JSON.parse(readFileSync(join(out, 'meta.json'), 'utf8')) as { inlined: unknown };
  const paths = { '/samples': join(out, 'ticks.json'), '/systeminfo': join(out, 'systeminfo'), '/inlinedfunctions': join(out, 'inlined') };
  writeFileSync(paths['/inlinedfunctions'], JSON.stringify(inlined ?? {}));
  writeFileSync(
    paths['/systeminfo'],
    JSON.stringify({ mainDirectory: dirname(script), pathSeparator: sep, nodeVersions: process.versions, toolVersion: '' }),
  );
  const { merged } = await analyse(paths);
  // It hides what ran while modules were loaded, which in a script may be everything, and with V8's own frames all code in files other than .js.
  const { setStackTop, defaultExclude } = load('./shared.js') as {
    setStackTop: (root: FlameFrame, exclude: Set<string>) => void;
    defaultExclude: Set<string>;
  };
  nameOwnCode(merged);
  setStackTop(merged, new Set([...defaultExclude].filter((kind) => kind !== 'is:init')));
  const functions = new Map<string, { frame: FlameFrame; top: number }>();
  let samples = 0;
  const walk = (frame: FlameFrame): void => {
    const file = fileOf(frame);
    const top = frame.onStackTop.asViewed;
    if (top > 0 && !file.startsWith(ownFolder)) {
      samples += top;
      const key = `${frame.functionName ?? frame.name} ${file}:${frame.lineNumber ?? 0}`;
      const known = functions.get(key) ?? { frame, top: 0 };
      known.top += top;
      functions.set(key, known);
    }
    frame.children.forEach(walk);
  };
  merged.children.forEach(walk);
  const [hottest] = [...functions.values()].sort((a, b) => b.top - a.top);
  return {
    tool: 'clinic-flame',
    hottest: hottest
      ? {
          function: isTopLevel(hottest.frame) ? TOP_LEVEL : (hottest.frame.functionName ?? hottest.frame.name),
          file: fileOf(hottest.frame),
          line: hottest.frame.lineNumber ?? 1,
          share: hottest.top / samples,
        }
      : null,
    samples,
  };
}

/** V8 names a module's own code nothing and has it begin with the file. */
function isTopLevel({ functionName, lineNumber, columnNumber }: FlameFrame): boolean {
  return /^[(<]anonymous[)>]$/.test(functionName ?? '') && lineNumber === 1 && (columnNumber ?? 0) <= 1;
}

function nameOwnCode(frame: FlameFrame): void {
  if (frame.category === 'all-v8' && isAbsolute(fileOf(frame))) frame.category = 'app';
  frame.children.forEach(nameOwnCode);
}

function fileOf({ fullFileName }: FlameFrame): string {
  return fullFileName?.startsWith('file://') === true ? fileURLToPath(fullFileName) : (fullFileName ?? '');
}
