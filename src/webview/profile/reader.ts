import { openProfile, SMALL_BYTES, type LoadedProfile } from './load.ts';
import type { Graph } from './layout.ts';
import workerProgram from './parse.worker.ts';
import { UnreadableProfile } from './parsed.ts';
import type { Timeline } from './timeline.ts';
import { sentenceOf, type FromWorker, type ToWorker } from './worker-messages.ts';

/** One opened profile. Each promise fails with an UnreadableProfile. */
export interface ProfileReader {
  loaded: LoadedProfile;
  layOut(mask: number): Promise<Graph>;
  timeline(): Promise<Timeline | null>;
  close(): void;
}

/**
 * Reads a profile in a worker; a small one here and now, as it is read faster than a worker starts. The bytes are handed over: the
 * caller can't use them afterwards.
 */
export async function readProfile(bytes: Uint8Array): Promise<ProfileReader> {
  if (bytes.length <= SMALL_BYTES) return readHere(bytes);
  const worker = await (spare ?? startWorker());
  spare = null;
  return worker === null ? readHere(bytes) : await readThere(worker, bytes);
}

function readHere(bytes: Uint8Array): ProfileReader {
  try {
    const open = openProfile(bytes);
    return {
      loaded: open.loaded,
      layOut: (mask) => Promise.resolve(open.layOut(mask)),
      timeline: () => Promise.resolve(open.timeline()),
      close: () => undefined,
    };
  } catch (error) {
    throw new UnreadableProfile(sentenceOf(error));
  }
}

async function readThere(worker: Worker, bytes: Uint8Array): Promise<ProfileReader> {
  const ask = asker(worker);
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
  try {
    const opened = await ask({ type: 'open', bytes: whole }, [whole.buffer as ArrayBuffer]);
    if (opened.type !== 'opened') throw new UnreadableProfile('This profile could not be read.');
    return {
      loaded: opened.loaded,
      async layOut(mask) {
        const reply = await ask({ type: 'layOut', mask });
        if (reply.type !== 'laidOut') throw new UnreadableProfile('This profile could not be laid out.');
        return reply.graph;
      },
      async timeline() {
        const reply = await ask({ type: 'timeline' });
        return reply.type === 'timeline' ? reply.timeline : null;
      },
      close: () => worker.terminate(),
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

let spare: Promise<Worker | null> | null = null;

/** Has a worker ready by the time a profile of so many bytes arrives; a small one needs none. */
export function prepareReader(bytes: number): void {
  if (bytes > SMALL_BYTES) spare ??= startWorker();
}

/** Webviews may start workers from blobs only. Null where even that is forbidden. */
function startWorker(): Promise<Worker | null> {
  return new Promise((resolve) => {
    try {
      const url = URL.createObjectURL(new Blob([workerProgram], { type: 'text/javascript' }));
      const worker = new Worker(url);
      worker.onmessage = () => {
        URL.revokeObjectURL(url);
        resolve(worker);
      };
      worker.onerror = () => {
        worker.terminate();
        resolve(null);
      };
    } catch {
      resolve(null);
    }
  });
}

/** Requests are answered in their order. */
function asker(worker: Worker): (request: ToWorker, transfer?: ArrayBuffer[]) => Promise<FromWorker> {
  const waiting: { resolve: (reply: FromWorker) => void; reject: (error: UnreadableProfile) => void }[] = [];
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const asked = waiting.shift();
    if (data.type === 'failed') asked?.reject(new UnreadableProfile(data.sentence));
    else asked?.resolve(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    waiting.shift()?.reject(new UnreadableProfile(sentenceOf(event.error ?? event.message)));
  };
  return (request, transfer = []) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(request, transfer);
    });
}
