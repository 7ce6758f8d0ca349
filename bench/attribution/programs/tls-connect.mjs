// needs: service.https
import { connect } from 'node:tls';
import truth from '../truth.cjs';

const { https } = JSON.parse(process.env.TRUTH_SERVICE);

function open() {
  return new Promise((resolve) => {
    const socket = connect({ port: https, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve(socket)); // truth: handshakes awaited bound=any
  });
}

function request(socket) {
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write('GET /?ms=60 HTTP/1.1\r\nHost: localhost\r\n\r\n'); // truth: answers awaited
  });
}

truth.begin('handshakes');
const sockets = [];
for (let i = 0; i < 8; i++) sockets.push(await open());
truth.end('handshakes');
truth.begin('answers');
for (const socket of sockets) await request(socket);
truth.end('answers');
for (const socket of sockets) socket.destroy();
