// An async-I/O script: files and requests that wait, some at a time.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import measure from '../measure.cjs';

const server = createServer((request, response) => setTimeout(() => response.end('x'.repeat(2000)), 10));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
await mkdir('files', { recursive: true });

async function job(i) {
  const body = await (await fetch(url)).text();
  await writeFile(`files/${i % 20}`, body);
  await sleep(5);
  return (await readFile(`files/${i % 20}`, 'utf8')).length;
}

await job(0);
measure.begin();
for (let i = 0; i < 40; i++) await Promise.all([job(i), job(i + 1), job(i + 2), job(i + 3)]);
measure.end();
server.close();
server.closeAllConnections();
