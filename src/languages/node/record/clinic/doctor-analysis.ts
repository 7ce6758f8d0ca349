import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DoctorCategory, Opinion } from '../../../../core/recording.ts';
import { joinTraces } from './traces.ts';
import { RUN, type AnalysisRequest } from './settings.ts';

/** The decoders are streams to be piped into, and pass errors on by emitting them: uncaught, they end this program. */
type Decoder<Args extends unknown[] = []> = new (...args: Args) => NodeJS.ReadWriteStream;

interface DoctorModules {
  Analysis: new (systemInfo: NodeJS.ReadableStream, traceEvents: NodeJS.ReadableStream, processStats: NodeJS.ReadableStream) => Readable;
  SystemInfo: Decoder;
  TraceEvents: Decoder<[NodeJS.ReadableStream]>;
  ProcessStats: Decoder;
}

/** clinic doctor's issue category for what its sampler wrote. */
export async function readDoctor({ packageFolder, folder }: AnalysisRequest): Promise<Opinion> {
  const load = createRequire(join(packageFolder, 'index.js'));
  const { Analysis, SystemInfo, TraceEvents, ProcessStats }: DoctorModules = {
    Analysis: load('./analysis/index.js') as DoctorModules['Analysis'],
    SystemInfo: load('./format/system-info-decoder.js') as DoctorModules['SystemInfo'],
    TraceEvents: load('./format/trace-event-decoder.js') as DoctorModules['TraceEvents'],
    ProcessStats: load('./format/process-stat-decoder.js') as DoctorModules['ProcessStats'],
  };
  const file = (name: string): string => join(folder, `${RUN}.clinic-doctor`, `${RUN}.clinic-doctor-${name}`);
  await joinTraces(load, folder, file('traceevent'));
  const systemInfo = createReadStream(file('systeminfo')).pipe(new SystemInfo());
  const traceEvents = createReadStream(file('traceevent')).pipe(new TraceEvents(systemInfo));
  const processStats = createReadStream(file('processstat')).pipe(new ProcessStats());
  let samples = 0;
  processStats.on('data', () => samples++);
  for await (const result of new Analysis(systemInfo, traceEvents, processStats))
    return { tool: 'clinic-doctor', category: (result as { issueCategory: DoctorCategory }).issueCategory, samples };
  throw new Error('clinic doctor gave no result.');
}
