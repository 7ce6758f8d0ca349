import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);

function crunch() {
  let x = 1;
  for (let i = 0; i < 200_000; i++) x = (x * 48271 + i) % 2147483647; // truth: crunch js
  return x;
}

truth.begin('rest');
const answer = fetch(`http://127.0.0.1:${http}/?ms=500`); // truth: rest awaited bound=any
await new Promise((resolve) => setImmediate(resolve));
truth.end('rest');
truth.begin('crunch');
truth.repeat(250, crunch);
truth.end('crunch');
truth.begin('rest');
await answer; // truth: rest awaited bound=any
truth.end('rest');
