import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Opinion } from '../../../../core/recording.ts';
import type { AnalysisRequest } from './settings.ts';

/** A minute: doctor fits a hidden Markov model to its samples, bubbleprof reads hundreds of MB. */
const WITHIN_MS = 60_000;
/** More than any analysis that ends needs. */
const MEMORY_MB = 1500;

export type AnalysisFailure = 'time' | 'memory' | 'error' | 'cancelled';
type AnalysisOutcome = { opinion: Opinion } | { failed: AnalysisFailure; detail: string };

/**
 * Has clinic's own analysis read what a run left, in a process with limits on time and memory that ends with ours. No browser, no page, no
 * network: of clinic only the modules that read and judge are loaded.
 */
export function analyse(request: AnalysisRequest, distFolder: string, cancel: AbortSignal): Promise<AnalysisOutcome> {
  return new Promise((resolve) => {
    const env: NodeJS.ProcessEnv = { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' };
    delete env['NODE_OPTIONS'];
    const child = execFile(
      process.execPath,
      [
        `--max-old-space-size=${limit('UNBLOCK_CLINIC_MEMORY_MB', MEMORY_MB)}`,
        join(distFolder, 'clinic-analysis.cjs'),
        JSON.stringify(request),
      ],
      {
        cwd: request.folder,
        env,
        timeout: limit('UNBLOCK_CLINIC_ANALYSIS_MS', WITHIN_MS),
        killSignal: 'SIGKILL',
        maxBuffer: 16e6,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        process.off('exit', end);
        cancel.removeEventListener('abort', end);
        const opinion = error ? null : opinionIn(stdout);
        const failed = cancel.aborted ? 'cancelled' : error?.killed ? 'time' : /heap out of memory/.test(stderr) ? 'memory' : 'error';
        const detail = stderr === '' ? (error?.message ?? stdout) : stderr;
        resolve(opinion ? { opinion } : { failed, detail: detail.slice(-2000) });
      },
    );
    const end = (): void => void child.kill('SIGKILL');
    process.on('exit', end);
    cancel.addEventListener('abort', end);
    if (cancel.aborted) end();
  });
}

/** Null for anything that is not a verdict: what packages print on loading, a truncated line. */
function opinionIn(stdout: string): Opinion | null {
  try {
    return JSON.parse(stdout.slice(stdout.indexOf('{"tool":'))) as Opinion;
  } catch {
    return null;
  }
}

/** Limits are given only in tests. */
function limit(variable: string, otherwise: number): number {
  const given = Number(process.env[variable]);
  return given > 0 ? given : otherwise;
}
