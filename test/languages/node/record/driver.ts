/** A program of its own, so that tests see the script's output as it comes: `driver REQUEST` records and writes what it got to a file. */
import { existsSync, writeFileSync } from 'node:fs';
import { Failure } from '../../../../src/core/failure.ts';
import { resolveTarget, type TargetOptions } from '../../../../src/languages/node/record/target.ts';
import { v8Recorder } from '../../../../src/languages/node/record/v8.ts';

export interface DriverRequest {
  target: TargetOptions;
  output: 'inherit' | 'stderr';
  distFolder: string;
  /** Variables that we ourselves inherit. */
  environment: Record<string, string>;
  /** Where the result goes. */
  result: string;
  /** After the script's first line. */
  stopAfterMs?: number;
  cancelAfterMs?: number;
  /** As soon as there is this file. */
  stopAtFile?: string;
}

const request = JSON.parse(process.argv[2] ?? '') as DriverRequest;
Object.assign(process.env, request.environment);
const stop = new AbortController();
const cancel = new AbortController();
let begun = false;
try {
  const recording = await v8Recorder.record({
    target: await resolveTarget(request.target),
    machine: { logicalCores: 1, physicalCores: null, memoryBytes: 1, platform: process.platform, load: null },
    stop: stop.signal,
    cancel: cancel.signal,
    output: request.output,
    distFolder: request.distFolder,
    onProgress() {
      if (begun) return;
      begun = true;
      if (request.stopAfterMs !== undefined) setTimeout(() => stop.abort(), request.stopAfterMs);
      const { stopAtFile } = request;
      if (stopAtFile !== undefined) {
        const look = setInterval(() => {
          if (!existsSync(stopAtFile)) return;
          clearInterval(look);
          stop.abort();
        }, 20);
      }
      if (request.cancelAfterMs !== undefined) setTimeout(() => cancel.abort(), request.cancelAfterMs);
    },
  });
  writeFileSync(request.result, JSON.stringify({ recording }));
} catch (error) {
  writeFileSync(
    request.result,
    JSON.stringify(error instanceof Failure ? { failure: error.message } : { bug: String((error as Error).stack) }),
  );
}
