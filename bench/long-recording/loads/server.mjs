// A server under load for so many seconds: 20 clients in the same process ask it for what it reads from a file and computes a little of.
import fs from 'node:fs/promises';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import '../peak.cjs';

const untilMs = Number(process.argv[2]) * 1000;
const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });

async function answer(request, response) {
  const text = await fs.readFile(import.meta.filename, 'utf8');
  await sleep(Math.random() * 20);
  response.end(JSON.stringify({ path: request.url, words: text.split(/\W+/).sort() }));
}

const server = http.createServer((request, response) => void answer(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

function get(path) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

async function client(number) {
  for (let i = 0; performance.now() < untilMs; i++) await get(`/${number}/${i}`);
}

await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)));
agent.destroy();
server.close();
