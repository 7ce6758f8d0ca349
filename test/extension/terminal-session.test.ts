import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { Failure } from '../../src/core/failure.ts';
import { openTerminalSession } from '../../src/extension/terminal-session.ts';

function dial(variable: string, secret?: string): { socket: Socket; say: (message: object) => void } {
  const [port, own] = variable.split(':');
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  const say = (message: object): void => void socket.write(`${JSON.stringify(message)}\n`);
  say({ type: 'hello', secret: secret ?? own });
  return { socket, say };
}

describe('a terminal session', () => {
  it('hears progress and resolves with the folder', async () => {
    const heard: number[] = [];
    const session = await openTerminalSession((message) => heard.push(message.elapsedMs));
    const { socket, say } = dial(session.variable);
    say({ type: 'progress', phase: 'running', elapsedMs: 500 });
    say({ type: 'done', folder: '/there' });
    assert.equal(await session.outcome, '/there');
    assert.deepEqual(heard, [500]);
    await once(socket.resume(), 'close');
  });

  it('rejects with what the command says went wrong', async () => {
    const session = await openTerminalSession(() => undefined);
    dial(session.variable).say({ type: 'failed', message: 'report.js has a syntax error.', detail: 'line 3' });
    await assert.rejects(
      session.outcome,
      (error) => error instanceof Failure && error.message === 'report.js has a syntax error.' && error.detail === 'line 3',
    );
  });

  it('hangs up on who does not know the secret, and still hears who does', async () => {
    const session = await openTerminalSession(() => undefined);
    const stranger = dial(session.variable, 'guess');
    await once(stranger.socket.resume(), 'close');
    const chatty = dial(session.variable, 'x'.repeat(5000));
    await once(chatty.socket.resume(), 'close');
    dial(session.variable).say({ type: 'done', folder: '/there' });
    assert.equal(await session.outcome, '/there');
  });

  it('takes one connection only', async () => {
    const session = await openTerminalSession(() => undefined);
    const first = dial(session.variable);
    session.stop();
    await once(first.socket, 'data');
    const [port] = session.variable.split(':');
    await assert.rejects(once(connect(Number(port), '127.0.0.1'), 'connect'), /ECONNREFUSED/);
    session.close(new Failure('enough'));
    await assert.rejects(session.outcome, /enough/);
  });

  it('passes on stop, even when it was said before the command had connected', async () => {
    const session = await openTerminalSession(() => undefined);
    session.stop();
    const { socket } = dial(session.variable);
    const [heard] = (await once(socket, 'data')) as [Buffer];
    assert.deepEqual(JSON.parse(heard.toString()), { type: 'stop' });
    session.close(new Failure('enough'));
    await assert.rejects(session.outcome);
  });

  it('ends when the command goes away without a word', async () => {
    const session = await openTerminalSession(() => undefined);
    const { socket } = dial(session.variable);
    session.stop();
    await once(socket, 'data');
    socket.destroy();
    await assert.rejects(session.outcome, /ended before it made a report/);
  });

  it('ends when nobody connects', async () => {
    const session = await openTerminalSession(() => undefined, 20);
    await assert.rejects(session.outcome, /said nothing/);
    const [port] = session.variable.split(':');
    const late = connect(Number(port), '127.0.0.1');
    await assert.rejects(once(late, 'connect'), /ECONNREFUSED/);
  });
});
