import { once } from 'node:events';
import { connect } from 'node:net';
import truth from '../truth.cjs';

const { tcp } = JSON.parse(process.env.TRUTH_SERVICE);
const socket = connect(tcp, '127.0.0.1');
await once(socket, 'connect');

truth.begin('answer');
for (let i = 0; i < 10; i++) {
  socket.write('40 hello');
  await once(socket, 'data'); // truth: answer awaited
}
truth.end('answer');
socket.destroy();
