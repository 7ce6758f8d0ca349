import { once } from 'node:events';
import { connect } from 'node:net';
import truth from '../truth.cjs';

const { tcp } = JSON.parse(process.env.TRUTH_SERVICE);

async function talk(times) {
  const socket = connect(tcp, '127.0.0.1');
  await once(socket, 'connect');
  truth.begin('answers');
  socket.write('40 hello');
  // truth-next: answers awaited
  for await (const answer of socket) {
    if (--times === 0) break;
    socket.write(answer);
  }
  truth.end('answers');
}
await talk(10);
