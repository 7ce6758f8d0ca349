const { begin, end } = require('../truth.cjs');

let left = 8;

function poll() {
  if (left-- === 0) return end('poll');
  return setTimeout(poll, 50); // truth: poll awaited
}

begin('poll');
poll();
