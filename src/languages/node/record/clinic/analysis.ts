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
void read[request.tool](request).then((opinion) => process.stdout.write(JSON.stringify(opinion), () => process.exit()));
