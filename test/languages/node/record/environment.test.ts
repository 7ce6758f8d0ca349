import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CHUNK_HEADER_BYTES } from '../../../../src/languages/node/record/agent/channel.ts';
import { readChannel } from '../../../../src/languages/node/record/channel.ts';
import { scriptEnvironment, withoutDebugger } from '../../../../src/languages/node/record/environment.ts';

const options: [string[], string[]][] = [
  [['--inspect'], []],
  [['--inspect-brk=0', '--max-old-space-size=100'], ['--max-old-space-size=100']],
  [['--inspect-port', '9229', '--no-warnings'], ['--no-warnings']],
  [
    ['--require', '/code/ms-vscode.js-debug/src/bootloader.js', '-r', './mine.js'],
    ['-r', './mine.js'],
  ],
  [
    ['--require', './mine.js', '--import', 'tsx'],
    ['--require', './mine.js', '--import', 'tsx'],
  ],
];
for (const [given, kept] of options)
  it(`of ${given.join(' ')} keeps ${kept.join(' ') || 'nothing'}`, () => assert.deepEqual(withoutDebugger(given), kept));

it("keeps the editor's variables from the script, and its own on top", () => {
  const inherited = {
    PATH: '/bin',
    VSCODE_PID: '1',
    ELECTRON_RUN_AS_NODE: '1',
    UNBLOCK_SESSION: '1:s',
    NODE_OPTIONS: '--inspect "--require=/a b/x.js"',
    A: '1',
  };
  assert.deepEqual(scriptEnvironment(inherited, { A: '2', B: '3' }), {
    PATH: '/bin',
    A: '2',
    B: '3',
    NODE_OPTIONS: '"--require=/a b/x.js"',
  });
});

it('puts the chunks of several threads together, however they are cut', () => {
  const chunk = (thread: number, text: string) => {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(CHUNK_HEADER_BYTES);
    header.writeUInt32LE(thread, 0);
    header.writeUInt32LE(payload.length, 4);
    return Buffer.concat([header, payload]);
  };
  const bytes = Buffer.concat([
    chunk(0, '{"type":"fai'),
    chunk(2, '{"type":"failed","detail":"é"}\n'),
    chunk(0, 'led","detail":"a"}'),
    chunk(0, '\n'),
  ]);
  for (const size of [1, 7, bytes.length]) {
    const heard: [number, unknown][] = [];
    const read = readChannel((thread, message) => heard.push([thread, message]));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    assert.deepEqual(heard, [
      [2, { type: 'failed', detail: 'é' }],
      [0, { type: 'failed', detail: 'a' }],
    ]);
  }
});
