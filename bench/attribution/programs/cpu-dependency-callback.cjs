const { begin, end, repeat } = require('../truth.cjs');
const { eachValue } = require('crunch');

const weigh = (n) => {
  let x = n;
  for (let i = 0; i < 2000; i++) x = (x * 48271 + i) % 2147483647; // truth: weigh js
  return x;
};

begin('weigh');
repeat(400, () => eachValue(100, weigh));
end('weigh');
