import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { it } from 'node:test';
import { descriptor, openChannel } from '../../../../src/languages/node/record/agent/channel.ts';
import { type ChildProcesses, listenForChildren } from '../../../../src/languages/node/record/child-processes.ts';

const run = { agentFile: '/agent.cjs', script: '/a.js' };

function call({ channel }: ChildProcesses): { socket: Socket; say: (message: object) => void } {
  const socket = connect(channel!.address).setEncoding('utf8');
  socket.on('error', () => undefined);
  const { _handle: own } = socket as unknown as { _handle: { fd: number } };
  return { socket, say: openChannel(descriptor(own.fd), 0) };
}

async function answerTo(children: ChildProcesses, message: object): Promise<string> {
  const { socket, say } = call(children);
  await once(socket, 'connect');
  say(message);
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown];
  return typeof answer === 'string' ? answer : 'closed';
}

it('has so many processes measured, and leaves the others', async () => {
  const children = await listenForChildren(run, {}, 2);
  const { secret } = children.channel!;
  const answers: string[] = [];
  for (let count = 0; count < 4; count++) answers.push(await answerTo(children, { type: 'hello', secret, direct: true }));
  assert.deepEqual(answers, ['go\n', 'go\n', 'leave\n', 'leave\n']);
  assert.deepEqual([children.measured.length, children.refused, children.direct], [2, 2, 4]);
  children.close();
});

it('hears nobody who does not know the secret', async () => {
  const children = await listenForChildren(run, {});
  const strangers: object[] = [
    { type: 'hello', secret: '', direct: true },
    { type: 'hello', secret: 'f'.repeat(32), direct: true },
    { type: 'start', name: 'x', pid: 1, tid: null, atUs: 0, profiling: null, poolThreads: 4 },
  ];
  for (const stranger of strangers) assert.equal(await answerTo(children, stranger), 'closed');
  const { socket } = call(children);
  socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(100));
  await once(socket, 'close');
  assert.deepEqual([children.measured.length, children.direct], [0, 0]);
  children.close();
});

it('releases a process that talks nonsense, and goes on', async () => {
  const children = await listenForChildren(run, {});
  const { socket, say } = call(children);
  await once(socket, 'connect');
  say({ type: 'hello', secret: children.channel!.secret, direct: true });
  assert.deepEqual(await once(socket, 'data'), ['go\n']);
  const chunk = Buffer.alloc(16);
  chunk.writeUInt32LE(8, 4);
  socket.write(chunk.fill('nonsense', 8).fill('\n', 15));
  assert.deepEqual(await once(socket, 'data'), ['release\n']);
  children.close();
});
