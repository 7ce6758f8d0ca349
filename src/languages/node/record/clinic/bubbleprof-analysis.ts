import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Opinion } from '../../../../core/recording.ts';
import { RUN, type AnalysisRequest } from './settings.ts';
import { joinTraces } from './traces.ts';

type Decoder = new () => NodeJS.ReadWriteStream;
type Analysis = (
  systemInfo: NodeJS.ReadableStream,
  stackTraces: NodeJS.ReadableStream,
  traceEvents: NodeJS.ReadableStream,
) => AsyncIterable<Cluster>;

/** A bubble. */
interface Cluster {
  nodes: {
    /** Innermost first. */
    frames: { toJSON(): Frame[] };
    sources: { init: number | null; before: number[] }[];
  }[];
}

interface Frame {
  functionName?: string;
  fileName?: string;
  lineNumber?: number;
}

/** One line's operations; times in ms on bubbleprof's clock. */
interface Site {
  function: string;
  file: string;
  line: number;
  spans: [number, number][];
}

/**
 * Of clinic bubbleprof's bubbles the line of the user's whose operations were in flight longest. Its own picture adds up each operation's
 * time; overlaps are counted once here, so that the figure can be held against the run.
 */
export async function readBubbleprof({ packageFolder, folder, script, ownFolder }: AnalysisRequest): Promise<Opinion> {
  const load = createRequire(join(packageFolder, 'index.js'));
  const analysis = load('./analysis/index.js') as Analysis;
  const decoder = (name: string): NodeJS.ReadWriteStream => new (load(`./format/${name}-decoder.js`) as Decoder)();
  const decoded = (name: string, by: NodeJS.ReadWriteStream): NodeJS.ReadWriteStream => createReadStream(file(name)).pipe(by);
  const file = (name: string): string => join(folder, `${RUN}.clinic-bubbleprof`, `${RUN}.clinic-bubbleprof-${name}`);
  await joinTraces(load, folder, file('traceevent'));
  const sites = new Map<string, Site>();
  let operations = 0;
  const clusters = analysis(
    decoded('systeminfo', decoder('system-info')),
    decoded('stacktrace', decoder('stack-trace')),
    decoded('traceevent', ofMainThread(decoder('trace-event') as TraceDecoder)),
  );
  for await (const { nodes } of clusters)
    for (const { frames, sources } of nodes) {
      const own = frames
        .toJSON()
        .filter(isUsers)
        .map((frame) => ({ ...frame, fileName: fileOf(frame, dirname(script)) }));
      const frame = own.find(({ fileName }) => !fileName.startsWith(ownFolder));
      if (!frame) continue;
      operations += sources.length;
      const place = { file: frame.fileName, line: frame.lineNumber ?? 1 };
      const key = `${place.file}:${place.line}`;
      const site = sites.get(key) ?? { ...place, function: frame.functionName ?? '', spans: [] };
      sites.set(key, site);
      for (const { init, before } of sources) {
        // What was never called back was not waited for; when it was collected as garbage says nothing.
        const end = before.at(-1);
        if (init !== null && end !== undefined && end > init) site.spans.push([init, end]);
      }
    }
  const all = [...sites.values()].map((site) => ({ ...site, asyncMs: unionOf(site.spans) })).sort((a, b) => b.asyncMs - a.asyncMs);
  const [longest] = all;
  return {
    tool: 'clinic-bubbleprof',
    longest:
      longest && longest.asyncMs > 0
        ? {
            function: longest.function === '' ? '(anonymous)' : longest.function,
            file: longest.file,
            line: longest.line,
            asyncMs: longest.asyncMs,
            operations: longest.spans.length,
          }
        : null,
    operations,
  };
}

type TraceDecoder = NodeJS.ReadWriteStream & { parser: NodeJS.EventEmitter };

/**
 * The trace log is of the whole process, and each thread counts its operations from 1: without this those of a worker would be taken for the
 * main thread's. The first event that is told is the main thread's.
 */
function ofMainThread(decoder: TraceDecoder): TraceDecoder {
  const { parser } = decoder;
  const emit = parser.emit.bind(parser);
  let main: number | null = null;
  parser.emit = (name: string | symbol, ...values: unknown[]): boolean => {
    if (name !== 'data') return emit(name, ...values);
    const { tid, ph } = values[0] as { tid: number; ph: string };
    if (ph === 'b') main ??= tid;
    return tid === main ? emit(name, ...values) : true;
  };
  return decoder;
}

function isUsers({ fileName }: Frame): boolean {
  return fileName !== undefined && fileName !== '' && !fileName.startsWith('node:') && !/[\\/]node_modules[\\/]/.test(fileName);
}

/** bubbleprof makes file names relative to the script's folder, and takes a module's `file://` URL for one below the current folder. */
function fileOf({ fileName = '' }: Frame, scriptFolder: string): string {
  const file = resolve(scriptFolder, fileName);
  const asPath = join(process.cwd(), 'file:');
  return file.startsWith(asPath) ? fileURLToPath(`file://${file.slice(asPath.length)}`) : file;
}

function unionOf(spans: [number, number][]): number {
  let sum = 0;
  let until = -Infinity;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}
