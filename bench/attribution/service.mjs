// What the programs wait for, in a process of its own: HTTP, HTTPS, TCP and DNS on loopback, each answering after a known delay.
// Prints one line of JSON with its ports; ends when its stdin does.
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const DNS_DELAY_MS = 25;

/** `/?ms=40` answers after 40 ms; `&drip=5` sends the body in five parts, each after that delay. */
function answer(request, response) {
  const { searchParams } = new URL(request.url, 'http://localhost');
  const delay = Number(searchParams.get('ms') ?? 0);
  let left = Number(searchParams.get('drip') ?? 1);
  const send = () => {
    if (--left > 0) {
      response.write('part of the body\n');
      setTimeout(send, delay);
    } else response.end('done\n');
  };
  setTimeout(send, delay);
}

/** Echoes each message `20 text` after 20 ms. */
function echo(socket) {
  socket.on('error', () => {});
  socket.on('data', (data) => setTimeout(() => socket.write(data), Number.parseInt(data.toString(), 10)));
}

/** Answers any question with 127.0.0.1. */
function answerName(server) {
  server.on('message', (question, from) => {
    const reply = Buffer.concat([
      question.subarray(0, endOfQuestion(question)),
      Buffer.from('c00c00010001000000000004' + '7f000001', 'hex'),
    ]);
    reply.writeUInt16BE(0x8180, 2);
    reply.writeUInt16BE(1, 6);
    reply.writeUInt16BE(0, 8);
    reply.writeUInt16BE(0, 10);
    setTimeout(() => server.send(reply, from.port, from.address), DNS_DELAY_MS);
  });
}

function endOfQuestion(message) {
  let at = 12;
  while (message[at] !== 0) at += message[at] + 1;
  return at + 5;
}

/** A key made for this run; null where there is no openssl. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'unblock-service-'));
  try {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const options = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert];
    execFileSync('openssl', options, { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function portOf(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

const names = createSocket('udp4');
answerName(names);
names.bind(0, '127.0.0.1');
await once(names, 'listening');
const secret = certificate();
console.log(
  JSON.stringify({
    http: await portOf(createServer({ keepAliveTimeout: 60_000 }, answer)),
    https: secret ? await portOf(createSecureServer(secret, answer)) : null,
    tcp: await portOf(createTcpServer({ noDelay: true }, echo)),
    dns: names.address().port,
  }),
);
process.stdin.on('end', () => process.exit()).resume();
