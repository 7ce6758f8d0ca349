const { begin, end, repeat } = require('../truth.cjs');

function multiply() {
  let x = 1;
  for (let i = 0; i < 300_000; i++) x = (x * 48271 + i) % 2147483647; // truth: multiply js
  return x;
}

function root() {
  let x = 2;
  for (let i = 0; i < 300_000; i++) x += Math.sqrt(x) / (i + 1); // truth: root js
  return x;
}

begin('multiply');
repeat(450, multiply);
end('multiply');
begin('root');
repeat(150, root);
end('root');
