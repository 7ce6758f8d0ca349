import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findUserNode } from '../../src/extension/user-node.ts';
import { tooOldNode } from '../node-versions/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'unblock-node-'));
after(() => rmSync(folder, { recursive: true }));

describe('findUserNode', () => {
  it('takes the first on the PATH, folders that are not there passed over', async () => {
    const found = await findUserNode('', { PATH: ['/no/such/folder', 'relative', dirname(process.execPath)].join(delimiter) });
    assert.equal(found.path, process.execPath);
    assert.equal(found.version, process.versions.node);
  });

  it('takes the setting first', async () => {
    assert.equal((await findUserNode(process.execPath, { PATH: '' })).path, process.execPath);
  });

  it('says so when there is none', () =>
    assert.rejects(findUserNode('', { PATH: folder }), /No node was found on the PATH.*unblock\.nodePath/));

  it('says so when the one that is set does not exist', () =>
    assert.rejects(findUserNode(join(folder, 'node'), {}), /doesn't exist.*unblock\.nodePath/));

  it('says so when it is no node', async () => {
    const file = join(folder, 'liar');
    writeFileSync(file, '#!/bin/sh\necho hello\n', { mode: 0o755 });
    await assert.rejects(findUserNode(file, {}), /isn't a node/);
  });

  it('says so when it is no absolute path', () => assert.rejects(findUserNode('bin/node', {}), /must be an absolute path/));

  it('says so when it is too old', { skip: tooOldNode() === null }, () =>
    assert.rejects(
      findUserNode(tooOldNode() ?? '', {}),
      /^Failure: Node 18\.\d+ is too old for Unblock \(20 or newer\)\. Set unblock\.nodePath\.$/,
    ),
  );
});
