import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { formatDuration, formatShare } from '../../../core/report/format.ts';
import type { Lane, Opinion, Recording, Target } from '../../../core/recording.ts';
import { tickRecorder } from './0x.ts';
import { analyse, type AnalysisFailure } from './clinic/analyse.ts';
import { findTool } from './clinic/find.ts';
import { followSize } from './clinic/size-limit.ts';
import { RUN, SETTINGS_VARIABLE, type AnalysisRequest, type InjectSettings } from './clinic/settings.ts';
import { type CollectorFiles, collectorUs, withoutCollector } from './clinic/without-collector.ts';
import type { Recorder, RecordRequest } from './recorder.ts';
import { v8Recorder } from './v8.ts';

/**
 * The clinic package's doctor and bubbleprof: their own collectors run inside the script beside our agent, and their own analysis reads what
 * they left. Their command line is not used: it opens a browser, reports usage, wants `node` as the command's name and refuses to start
 * where another run's traces lie.
 */
function clinicRecorder(tool: 'doctor' | 'bubbleprof'): Recorder {
  return {
    id: `clinic-${tool}`,
    async record(request) {
      const packageFolder = findTool(tool, request.target, request.distFolder);
      const collector = join(packageFolder, 'injects', tool === 'doctor' ? 'sampler.js' : 'logger.js');
      if (!existsSync(collector)) throw new Failure(CANT_DRIVE, collector);
      const folder = mkdtempSync(join(tmpdir(), 'unblock-clinic-'));
      try {
        return await recordInto(folder, { tool, packageFolder, collector }, request);
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

export const clinicDoctorRecorder = clinicRecorder('doctor');
export const clinicBubbleprofRecorder = clinicRecorder('bubbleprof');

/** clinic's flame: the 0x inside it measures, as it would from its command line, and its own analysis finds the hottest function. */
export const clinicFlameRecorder: Recorder = tickRecorder({
  id: 'clinic-flame',
  name: 'clinic flame',
  prepare: (folder, { target, distFolder }) => ({
    zeroX: find0xIn(findTool('flame', target, distFolder)),
    options: ['--write-ticks'],
    cwd: folder,
    preload: join(distFolder, 'script-folder.cjs'),
  }),
  conclude: (folder, request) =>
    judge({ tool: 'flame', packageFolder: findTool('flame', request.target, request.distFolder), folder }, request),
});

function find0xIn(packageFolder: string): string {
  try {
    return join(dirname(createRequire(join(packageFolder, 'index.js')).resolve('0x/package.json')), 'cmd.js');
  } catch (error) {
    throw new Failure(CANT_DRIVE, String(error));
  }
}

const CANT_DRIVE = "This version of clinic can't be driven: install clinic 13, or use the engine v8.";

interface Tool {
  tool: 'doctor' | 'bubbleprof';
  packageFolder: string;
  collector: string;
}

async function recordInto(folder: string, { tool, packageFolder, collector }: Tool, request: RecordRequest): Promise<Recording> {
  mkdirSync(join(folder, `${RUN}.clinic-${tool}`));
  const size = followSize(folder);
  let recording: Recording;
  try {
    recording = await v8Recorder.record({
      ...request,
      target: collecting(request.target, { tool, collector, folder, distFolder: request.distFolder }),
      stop: AbortSignal.any([request.stop, size.exceeded]),
    });
  } finally {
    size.forget();
  }
  const files = { packageFolder, injectFile: injectIn(request.distFolder) };
  const exceeded = size.exceeded.aborted && !request.stop.aborted;
  const { opinion, notes } = await judge({ tool, packageFolder, folder }, request);
  if (request.cancel.aborted) throw new Failure('Profiling was cancelled.');
  return {
    ...recording,
    engine: `clinic-${tool}`,
    target: request.target,
    run: exceeded ? { ...recording.run, ended: 'killed' } : recording.run,
    lanes: recording.lanes.map((lane): Lane => withoutCollector(lane, files)),
    notes: [
      ...recording.notes,
      ...(exceeded ? [`Unblock ended the run when clinic ${tool} had written ${size.limitMb} MB: use the engine v8 for all of it.`] : []),
      ...costNote(tool, recording, files),
      ...notes,
    ],
    opinion,
  };
}

/** The target with clinic's collector loaded ahead of the script, its files in `folder`. */
function collecting(
  target: Target,
  { tool, collector, folder, distFolder }: { tool: string; collector: string; folder: string; distFolder: string },
): Target {
  const prefix = `NODE_CLINIC_${tool.toUpperCase()}`;
  const nodeOptions = [
    `--require=${injectIn(distFolder)}`,
    '--trace-events-enabled',
    `--trace-event-categories=${tool === 'doctor' ? 'v8' : 'node.async_hooks'}`,
    `--trace-event-file-pattern=${join(folder, 'node_trace.${rotation}.log')}`,
  ]
    .map((option) => `"${option.replaceAll('\\', '\\\\')}"`)
    .join(' ');
  const settings: InjectSettings = {
    collector,
    variables: {
      [`${prefix}_DATA_PATH`]: folder,
      [`${prefix}_NAME`]: RUN,
      ...(tool === 'doctor' && {
        [`${prefix}_SAMPLE_INTERVAL`]: '10',
        [`${prefix}_TIMEOUT_DELAY`]: '0',
        [`${prefix}_COLLECT_LOOP_UTILIZATION`]: 'true',
      }),
    },
    failureFile: failureIn(folder),
    nodeOptions,
  };
  const others = target.env['NODE_OPTIONS'] ?? process.env['NODE_OPTIONS'] ?? '';
  return {
    ...target,
    env: { ...target.env, [SETTINGS_VARIABLE]: JSON.stringify(settings), NODE_OPTIONS: `${nodeOptions} ${others}`.trim() },
  };
}

/** Below this share of the run the collector's own work is not worth a sentence. */
const TOLD_COST = 0.03;

function costNote(tool: string, { lanes, run }: Recording, files: CollectorFiles): string[] {
  const [main] = lanes;
  const us = main ? collectorUs(main, files) : 0;
  if (us < run.wallUs * TOLD_COST) return [];
  const share = formatShare(us / run.wallUs);
  return [`clinic ${tool} itself took ${formatDuration(us / 1000)} (${share}) of the run: its times are longer than without it.`];
}

async function judge(
  request: Pick<AnalysisRequest, 'tool' | 'packageFolder' | 'folder'>,
  { target, distFolder, cancel }: RecordRequest,
): Promise<{ opinion: Opinion | null; notes: string[] }> {
  const failure = failureIn(request.folder);
  if (existsSync(failure))
    return { opinion: null, notes: [noOpinion(request.tool, { failed: 'collector', detail: readFileSync(failure, 'utf8') })] };
  const outcome = await analyse({ ...request, script: target.script, ownFolder: distFolder }, distFolder, cancel);
  return 'opinion' in outcome ? { opinion: outcome.opinion, notes: [] } : { opinion: null, notes: [noOpinion(request.tool, outcome)] };
}

function injectIn(distFolder: string): string {
  return join(distFolder, 'clinic-inject.cjs');
}

function failureIn(folder: string): string {
  return join(folder, 'collector-failed');
}

function noOpinion(tool: string, { failed, detail }: { failed: 'collector' | AnalysisFailure; detail: string }): string {
  const why = {
    time: 'its analysis took longer than a minute',
    memory: 'its analysis ran out of memory',
    collector: `its collector could not be loaded into this script${lastWords(detail)}`,
    error: `its analysis failed${lastWords(detail)}`,
    cancelled: 'it was cancelled',
  }[failed];
  return `clinic ${tool} has no verdict on this run, as ${why}: what Unblock measured is complete without it.`;
}

/** ` (ENOENT: no such file)`: the error's own line among what a dying node prints. */
function lastWords(detail: string): string {
  const [line] = /^\w*Error:.*$/m.exec(detail) ?? [];
  return line === undefined ? '' : ` (${line.slice(0, 120)})`;
}
