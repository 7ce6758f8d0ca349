// A server whose handler waits for a key in the thread that serves: all other requests wait with it.
import { scryptSync } from 'node:crypto';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const key = scryptSync(request.url, 'salt', 32, { N: 8192 });
  response.end(`${key.toString('hex')}\n`);
});
server.listen(Number(process.env.PORT));
