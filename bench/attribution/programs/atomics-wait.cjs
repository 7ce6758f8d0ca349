const { begin, end } = require('../truth.cjs');

const flag = new Int32Array(new SharedArrayBuffer(4));

function pause(ms) {
  Atomics.wait(flag, 0, 0, ms); // truth: pause blocked
}

begin('pause');
for (let i = 0; i < 8; i++) pause(50);
end('pause');
