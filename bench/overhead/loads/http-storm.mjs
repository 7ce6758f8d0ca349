// A stress: 8,000 requests to a server in the same process, 32 at a time over kept-alive connections.
import http from 'node:http';
import measure from '../measure.cjs';

const server = http.createServer((request, response) => response.end('hello\n'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
const { port } = server.address();

function get(path) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

let next = 0;
async function client() {
  while (next < 8000) await get(`/${next++}`);
}

measure.begin();
await Promise.all(Array.from({ length: 32 }, client));
measure.end();
agent.destroy();
server.close();
