const { begin, end, repeat } = require('../truth.cjs');
const { crunch } = require('crunch');

function score() {
  return crunch(); // truth: crunch js
}

begin('crunch');
repeat(400, score);
end('crunch');
