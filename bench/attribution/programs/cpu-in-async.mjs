import { setTimeout as sleep } from 'node:timers/promises';
import truth from '../truth.cjs';

async function render(rounds) {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (x * 48271 + i) % 2147483647; // truth: render js
  await null;
  return x;
}

for (let page = 0; page < 4; page++) {
  truth.begin('pause');
  await sleep(40); // truth: pause awaited bound=any
  truth.end('pause');
  truth.begin('render');
  await render(4_000_000);
  truth.end('render');
}
