import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { importedAs } from '../../syntax/modules.ts';
import type { Source } from '../../syntax/source.ts';
import { apiAsImport, twinOf } from '../async/async-twins.ts';

/** µs of JavaScript and garbage collection, and of native code that has no asynchronous twin. */
export function computingOf(hotSpot: HotSpot): number {
  const offloadable = hotSpot.operations
    .filter((one) => one.kind === 'sync' && typeof twinOf(apiAsImport(one.api)) === 'object')
    .reduce((sum, one) => sum + one.time.nativeCpuUs, 0);
  return hotSpot.time.jsCpuUs + hotSpot.time.gcUs + Math.max(0, hotSpot.time.nativeCpuUs - offloadable);
}

/** µs in which operations of a function were waited for. */
export function waitedIn({ time }: HotSpot): number {
  return time.awaitSerialUs + time.awaitOverlappedUs;
}

/** µs of everything that a function is answerable for. */
export function sumOf({ time }: HotSpot): number {
  return time.jsCpuUs + time.nativeCpuUs + time.blockedUs + time.awaitSerialUs + time.awaitOverlappedUs + time.gcUs + time.loadingUs;
}

/** Whether a file is what worker threads run: it takes messages from its parent. */
export function isWorkerProgram(source: Source): boolean {
  return source.scopes.all.some((binding) => {
    const imported = importedAs(binding);
    return imported?.module === 'worker_threads' && imported.name === 'parentPort';
  });
}
