// A slow service on this machine, in a process of its own: answers GET /ANYTHING/ID with {"id": ID, "value": …} after a while.
// `node slow-service.mjs DELAY_MS` prints its port, and ends with the process that started it.
import { createServer } from 'node:http';

const delayMs = Number(process.argv[2]);
const server = createServer((request, response) => {
  const id = Number(request.url.split('/').at(-1));
  setTimeout(() => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id, value: (id * 7919) % 1000 }));
  }, delayMs);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
