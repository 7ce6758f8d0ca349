import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, describe, it } from 'node:test';
import type { RefactorSpot } from '../../../../src/core/advise/advice.ts';
import { refactorClient } from '../../../../src/languages/node/syntax/refactor-client.ts';

const serverPath = fileURLToPath(new URL('../../../../src/languages/node/syntax/refactor-server.ts', import.meta.url));
const options = { serverPath, execPath: process.execPath, execArgv: ['--import', 'tsx'] };
const file = '/nowhere/program.mjs';
const text = `async function all(ids) {\n  const found = [];\n  for (const id of ids) {\n    found.push(await fetch(id));\n  }\n  return found;\n}\n`;
const spot: RefactorSpot = {
  file,
  line: 4,
  function: { name: 'all', file, line: 1, column: 19 },
  model: 'concurrent-awaits',
  logicalCores: 2,
};

describe('refactor server', () => {
  const client = refactorClient(options);
  after(() => client.dispose());

  it('answers with edits of the text on the screen', async () => {
    const result = await client.refactor('overlap-awaits', spot, { [file]: text });
    assert.ok(result.available);
    assert.equal(result.files[0]?.file, file);
  });

  it('says why not, when the file is not there or the rule is unknown', async () => {
    const missing = await client.refactor('overlap-awaits', { ...spot, file: '/nowhere/else.mjs' }, {});
    assert.deepEqual(missing, {
      available: false,
      reason: "/nowhere/else.mjs can't be read: check that it is there and that you may read it.",
    });
    const given = await client.refactor('overlap-awaits', { ...spot, file: '[eval]' }, {});
    assert.match(given.available ? '' : given.reason, /^This code was given to node as text/);
    const unknown = await client.refactor('no-such-rule', spot, { [file]: text });
    assert.equal(unknown.available, false);
  });

  it('starts again after it was disposed of', async () => {
    client.dispose();
    assert.ok((await client.refactor('overlap-awaits', spot, { [file]: text })).available);
  });

  it('rejects what was asked of a server that can not be started', async () => {
    const broken = refactorClient({ ...options, execPath: '/nowhere/node' });
    await assert.rejects(broken.refactor('overlap-awaits', spot, {}));
  });

  it('survives what is no request, and ends with its channel', async () => {
    const server = fork(serverPath, [], { execArgv: options.execArgv });
    for (const message of [
      'hello',
      7,
      [],
      {},
      { id: 1 },
      { id: 2, method: 'refactor', rule: 'overlap-awaits', spot: { file: 3 }, sources: {} },
    ])
      server.send(message);
    const answers: unknown[] = [];
    while (answers.length < 2) answers.push(...((await once(server, 'message')) as unknown[]).slice(0, 1));
    assert.deepEqual(
      answers,
      [1, 2].map((id) => ({ id, error: 'The request was malformed.' })),
    );
    const ended = once(server, 'exit');
    server.disconnect();
    assert.deepEqual(await ended, [0, null]);
  });
});
