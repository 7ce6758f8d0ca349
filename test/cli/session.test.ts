import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FromCommand, ToCommand } from '../../src/protocol/session.ts';
import { outcomeOf, Place, type Outcome } from './command.ts';

const ENDLESS =
  "console.log(process.env.UNBLOCK_SESSION, process.env.UNBLOCK_TARGET, process.env.MINE, process.execArgv.includes('--no-warnings')); setInterval(() => {}, 50);";

/** Runs the command as the editor does, and answers each message of it as `reply` says. */
async function follow(
  place: Place,
  reply: (message: FromCommand) => ToCommand | 'hang up' | null,
): Promise<{ messages: FromCommand[]; outcome: Outcome }> {
  const messages: FromCommand[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line) as FromCommand;
      messages.push(message);
      const answer = message.type === 'done' ? 'hang up' : reply(message);
      if (answer === 'hang up') socket.end();
      else if (answer) socket.write(`${JSON.stringify(answer)}\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const child = place.start(['advise', '--save', join(place.temporary, 'saved'), 'script.js'], {
    env: place.environment({
      UNBLOCK_SESSION: `${(server.address() as AddressInfo).port}:the-secret`,
      UNBLOCK_TARGET: JSON.stringify({ nodeOptions: ['--no-warnings'], env: { MINE: 'yes' }, minShare: 0.05 }),
    }),
  });
  const outcome = await outcomeOf(child);
  server.close();
  return { messages, outcome };
}

describe('a session with the editor', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place({ 'script.js': ENDLESS });
  });
  afterEach(() => {
    place.discard('saved');
    try {
      place.assertNoTraces();
    } finally {
      place.remove();
    }
  });

  it('is told how it goes, and stops when it is asked to', async () => {
    const { messages, outcome } = await follow(place, (message) =>
      message.type === 'progress' && message.phase === 'running' && message.elapsedMs > 300 ? { type: 'stop' } : null,
    );
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.deepEqual(messages[0], { type: 'hello', secret: 'the-secret' });
    assert.deepEqual(messages.at(-1), { type: 'done', folder: join(place.temporary, 'saved') });
    const phases = messages.flatMap((message) => (message.type === 'progress' ? [message.phase] : []));
    assert.deepEqual([...new Set(phases)], ['starting', 'running', 'analysing']);
    assert.ok(
      ['report.json', 'recording.json', 'profile.cpuprofile'].every((name) => readdirSync(join(place.temporary, 'saved')).includes(name)),
    );
    assert.match(outcome.stdout, /^undefined undefined yes true\n/);
  });

  it('throws everything away when it is cancelled', async () => {
    const { messages, outcome } = await follow(place, (message) =>
      message.type === 'progress' && message.phase === 'running' ? { type: 'cancel' } : null,
    );
    assert.equal(outcome.code, 1);
    assert.equal(messages.at(-1)?.type, 'failed');
    assert.deepEqual(readdirSync(join(place.temporary, 'saved')), []);
  });

  it('goes on without an editor that went away', async () => {
    place.write('script.js', "setTimeout(() => console.log('done'), 700);");
    const { outcome } = await follow(place, (message) => (message.type === 'progress' && message.phase === 'running' ? 'hang up' : null));
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /^done\n/);
    assert.match(outcome.stderr, /The editor can't be reached/);
  });

  it('goes on without an editor that can not be reached', async () => {
    place.write('script.js', "setTimeout(() => console.log('done'), 200);");
    const child = place.start(['advise', 'script.js'], { env: place.environment({ UNBLOCK_SESSION: '1:x' }) });
    const outcome = await outcomeOf(child);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /^done\n/);
    assert.match(outcome.stderr, /The editor can't be reached/);
  });
});
