const net = require('node:net');
const { begin, end } = require('../truth.cjs');

const { tcp } = JSON.parse(process.env.TRUTH_SERVICE);

function ask(socket, times, done) {
  socket.once('data', () => (times > 1 ? ask(socket, times - 1, done) : done()));
  socket.write('40 hello'); // truth: answers awaited
}

const socket = net.connect(tcp, '127.0.0.1', () => {
  begin('answers');
  ask(socket, 10, () => {
    end('answers');
    socket.destroy();
  });
});
