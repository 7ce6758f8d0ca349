import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../../src/core/analyze.ts';
import { node } from '../../../../src/languages/node/index.ts';
import { lane, recording } from '../../../core/hand-made.ts';

/** Without the scheduler's counters the tables alone say what core code does: the stack below a user function, and the kind of its time. */
const KINDS: [stack: string, kind: string][] = [
  ['', 'jsCpuMs'],
  ['readFileSync node:fs:1:1 > tryReadSync node:fs:1:1 > readSync node:fs:1:1 > read', 'blockedMs'],
  ['existsSync node:fs:1:1 > existsSync', 'blockedMs'],
  ['execSync node:child_process:1:1 > spawnSync node:child_process:1:1 > spawnSync node:internal/child_process:1:1', 'blockedMs'],
  ['gzipSync node:zlib:1:1 > zlibBufferSync node:zlib:1:1 > processChunkSync node:zlib:1:1 > writeSync', 'nativeCpuMs'],
  ['pbkdf2Sync node:internal/crypto/pbkdf2:1:1 > run', 'nativeCpuMs'],
  ['alloc node:buffer:1:1 > _fill node:buffer:1:1 > fill', 'nativeCpuMs'],
  ['open node:internal/fs/promises:1:1 > openFileHandle', 'jsCpuMs'],
  ['readFile node:fs:1:1 > open', 'jsCpuMs'],
  ['require node:internal/modules/helpers:1:1 > Module._load node:internal/modules/cjs/loader:1:1 > readFileUtf8', 'loadingMs'],
  [
    'require node:internal/modules/helpers:1:1 > (top level) /project/node_modules/d/i.js:1:1 > f /project/node_modules/d/i.js:2:1',
    'loadingMs',
  ],
  ['require node:internal/modules/helpers:1:1 > (top level) /project/lib.js:1:1', 'jsCpuMs'],
  ['f /project/node_modules/d/i.js:2:1', 'jsCpuMs'],
  ['parse node:url:1:1 > parse', 'nativeCpuMs'],
  ['parseSync', 'nativeCpuMs'],
  ['createHash node:crypto:1:1 > Hash node:internal/crypto/hash:1:1 > Hash', 'nativeCpuMs'],
  ['f /project/node_modules/d/i.js:2:1 > parseSync', 'nativeCpuMs'],
  ['js-to-wasm', 'jsCpuMs'],
  // What the runtime compiles of its own: of the call that needs it, as long as that call does not load modules.
  [
    `fetch node:internal/bootstrap/web/exposed-window-or-worker:1:1 > compileForInternalLoader node:internal/bootstrap/realm:1:1`,
    'jsCpuMs',
  ],
  [`require node:internal/modules/helpers:1:1 > compileForInternalLoader node:internal/bootstrap/realm:1:1`, 'loadingMs'],
];

describe('what core code does, by the tables', () => {
  for (const [stack, kind] of KINDS) {
    it(stack === '' ? 'a user function' : stack.replaceAll(/ \S+:1:1/g, ''), () => {
      const samples = Array.from({ length: 80 }, () => `main /project/a.js:3:1${stack === '' ? '' : ` > ${stack}`} 1000`);
      const { report } = analyze(recording([lane(samples)]), { ...node, rules: [] }, () => null);
      assert.deepEqual(
        Object.entries(report.time).filter(([, ms]) => ms > 0),
        [[kind, 80]],
      );
    });
  }
});
