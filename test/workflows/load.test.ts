import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/core/failure.ts';
import type { Recorder, RecordRequest } from '../../src/languages/node/record/recorder.ts';
import { recordUnderLoad } from '../../src/workflows/load.ts';

const request: RecordRequest = {
  target: {
    script: '/server.js',
    args: [],
    cwd: import.meta.dirname,
    node: { path: process.execPath, version: process.versions.node },
    nodeOptions: [],
    env: {},
  },
  machine: { logicalCores: 1, physicalCores: null, memoryBytes: 1, platform: process.platform, load: null },
  stop: new AbortController().signal,
  cancel: new AbortController().signal,
  output: 'stderr',
  distFolder: '',
  onProgress: () => undefined,
};

/** Runs until it is cancelled, and opens this port at once, if any. */
function server(port: number | null): Recorder {
  return {
    id: 'v8',
    record: ({ cancel, onPort }) =>
      new Promise((_, reject) => {
        cancel.addEventListener('abort', () => reject(new Failure('Profiling was cancelled.')), { once: true });
        if (port !== null) onPort?.(port);
      }),
  };
}

describe('a load that can’t be put on', () => {
  it('as no port is opened in time', async () => {
    const recording = recordUnderLoad(server(null), request, { command: ['node', '-v'], portWithinMs: 20 });
    await assert.rejects(recording, { name: 'Failure', message: /^No port was opened within 0\.02 s: a load needs a server/ });
  });

  it('as its program fails', async () => {
    const recording = recordUnderLoad(server(8123), request, { command: ['node', '-e', 'process.exit({port} - 8120)'] });
    await assert.rejects(recording, { name: 'Failure', message: /^The load command failed \(exit code 3\): see what it printed above/ });
  });

  it('as it is cancelled', async () => {
    const cancel = new AbortController();
    const recording = recordUnderLoad(
      server(8123),
      { ...request, cancel: cancel.signal },
      { command: ['node', '-e', 'setInterval(() => {}, 1e3)'] },
    );
    cancel.abort();
    await assert.rejects(recording, { name: 'Failure', message: 'Profiling was cancelled.' });
  });
});
