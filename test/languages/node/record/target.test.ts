import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { resolveTarget, type TargetOptions } from '../../../../src/languages/node/record/target.ts';
import { supportedNodes, tooOldNode } from '../../../node-versions/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'unblock target '));
after(() => rmSync(folder, { recursive: true, force: true }));
const node = supportedNodes()[0]!.path;
const write = (name: string, text = '') => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
for (const name of ['a.js', 'a.ts', 'a.tsx', 'a.MTS']) write(name);
write('notes.txt', 'text');
write('shebang', '#!/usr/bin/env node\n');
write('binary', '\0\0');
mkdirSync(join(folder, 'folder.js'));
write('not-node', '#!/bin/sh\necho hello\n');
write('fails', '#!/bin/sh\nexit 1\n');
for (const name of ['not-node', 'fails']) chmodSync(join(folder, name), 0o755);

describe('what can not be run is refused in one sentence', () => {
  const cases: { name: string; options: Partial<TargetOptions>; message: RegExp | null }[] = [
    { name: 'missing script', options: { script: 'missing.js' }, message: /missing\.js does not exist: check the path\.$/ },
    { name: 'folder', options: { script: 'folder.js' }, message: /folder\.js is a folder: name the script/ },
    { name: 'text', options: { script: 'notes.txt' }, message: /^notes\.txt is not JavaScript or TypeScript: choose/ },
    { name: 'binary', options: { script: 'binary' }, message: /^binary is not JavaScript/ },
    {
      name: 'missing folder',
      options: { script: 'a.js', cwd: join(folder, 'nowhere') },
      message: /nowhere does not exist: check \*unblock\.cwd\*/,
    },
    {
      name: 'missing node',
      options: { script: 'a.js', nodePath: '/no/node' },
      message: /^There is no node at \/no\/node\. Set \*unblock\.nodePath\*\.$/,
    },
    { name: 'folder for node', options: { script: 'a.js', nodePath: folder }, message: /can't be run\. Set \*unblock\.nodePath\*/ },
    { name: 'other program', options: { script: 'a.js', nodePath: './not-node' }, message: /not-node is not Node\.js\. Set/ },
    { name: 'failing program', options: { script: 'a.js', nodePath: './fails' }, message: /fails did not say its version\. Set/ },
    { name: 'jsx without tsx', options: { script: 'a.tsx' }, message: /^a\.tsx can't be run by node alone: add tsx/ },
    { name: 'script', options: { script: 'a.js' }, message: null },
    { name: 'script with a shebang', options: { script: 'shebang' }, message: null },
  ];
  for (const { name, options, message } of cases) {
    it(name, async () => {
      const resolving = resolveTarget({ script: 'a.js', args: ['x'], cwd: folder, nodePath: node, ...options });
      if (message) await assert.rejects(resolving, { name: 'Failure', message });
      else assert.equal((await resolving).script, join(folder, options.script!));
    });
  }

  it('node 18', { skip: tooOldNode() === null }, async () => {
    const resolving = resolveTarget({ script: 'a.js', args: [], cwd: folder, nodePath: tooOldNode()! });
    await assert.rejects(resolving, {
      name: 'Failure',
      message: /^Node 18\.\d+ is too old for Unblock \(20 or newer\)\. Set \*unblock\.nodePath\*\.$/,
    });
  });
});

it('takes node from the PATH, never our own binary', async () => {
  const before = process.env['PATH'];
  process.env['PATH'] = resolve(node, '..');
  try {
    assert.equal((await resolveTarget({ script: 'a.js', args: [], cwd: folder })).node.path, node);
    process.env['PATH'] = folder;
    await assert.rejects(resolveTarget({ script: 'a.js', args: [], cwd: folder }), { message: /^No node was found on the PATH/ });
  } finally {
    process.env['PATH'] = before;
  }
});

for (const { major, path } of supportedNodes()) {
  it(`runs TypeScript on Node ${major}`, async () => {
    const options = { script: 'a.MTS', args: [], cwd: folder, nodePath: path };
    if (major === 20) await assert.rejects(resolveTarget(options), { message: /^Node 20\.\d+ can't run a\.MTS: add tsx to its project/ });
    else assert.deepEqual((await resolveTarget(options)).nodeOptions, []);
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(resolve('node_modules/tsx'), join(folder, 'node_modules/tsx'), 'dir');
    try {
      const { nodeOptions } = await resolveTarget(options);
      assert.equal(nodeOptions[0], '--import');
      assert.match(nodeOptions[1]!, /^file:.*\/tsx\/dist\/loader\.mjs$/);
      for (const given of [['--import', 'tsx'], ['--import=tsx/esm'], ['-r', 'tsx/cjs']])
        assert.deepEqual((await resolveTarget({ ...options, nodeOptions: given })).nodeOptions, nodeOptions);
    } finally {
      rmSync(join(folder, 'node_modules'), { recursive: true });
    }
  });
}
