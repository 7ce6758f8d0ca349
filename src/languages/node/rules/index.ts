import type { Rule } from '../../../core/language.ts';
import { moveToWorker } from './move-to-worker.ts';
import { overlapAwaits } from './overlap-awaits.ts';
import { moveToProcess } from './move-to-process.ts';
import { parallelizeLoop } from './parallelize-loop.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';
import { preferAsyncApi } from './prefer-async-api.ts';
import { avoidJsonClone } from './avoid-json-clone.ts';
import { hoistInvariant } from './hoist-invariant.ts';
import { cachePureCall } from './cache-pure-call.ts';
import { fixQuadratic } from './fix-quadratic.ts';
import { useNativeApi } from './use-native-api.ts';
import { streamLargeFile } from './stream-large-file.ts';
import { readPartOfFile } from './read-part-of-file.ts';

/** In the order in which they are asked. */
export const rules: readonly Rule[] = [
  overlapAwaits,
  preferAsyncApi,
  moveToWorker,
  moveToProcess,
  parallelizeLoop,
  yieldToEventLoop,
  avoidJsonClone,
  hoistInvariant,
  fixQuadratic,
  useNativeApi,
  cachePureCall,
  streamLargeFile,
  readPartOfFile,
];
