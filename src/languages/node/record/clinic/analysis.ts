import { Worker } from 'node:worker_threads';
import type { Opinion } from '../../../../core/recording.ts';
import { readBubbleprof } from './bubbleprof-analysis.ts';
import { readDoctor } from './doctor-analysis.ts';
import { readFlame } from './flame-analysis.ts';
import type { AnalysisRequest } from './settings.ts';

/**
 * A program of its own, as clinic's analyses may take long, run out of memory or throw where nobody catches it: reads what a run left with
 * the package's own modules and prints its verdict.
 */
const request = JSON.parse(process.argv[2] ?? '{}') as AnalysisRequest;
const read: Record<AnalysisRequest['tool'], (request: AnalysisRequest) => Promise<Opinion>> = {
  doctor: readDoctor,
  flame: readFlame,
  bubbleprof: readBubbleprof,
};
endWithParent();
// Ctrl+C in a terminal reaches all processes there: it is the script's.
process.on('SIGINT', () => undefined);
void read[request.tool](request).then((opinion) => process.stdout.write(JSON.stringify(opinion), () => process.exit()));

/** Its stdin ends with the process that waits for the answer, even one that was killed; a thread of its own hears that while this one computes. */
function endWithParent(): void {
  const watch = `
    const end = () => process.kill(process.pid, 'SIGKILL');
    new (require('node:net').Socket)({ fd: 0 }).on('end', end).on('error', end).resume();`;
  new Worker(watch, { eval: true }).unref();
}
