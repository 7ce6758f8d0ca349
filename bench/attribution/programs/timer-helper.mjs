import truth from '../truth.cjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // truth: sleep awaited

async function backOff() {
  for (let i = 0; i < 8; i++) await sleep(50);
}

truth.begin('sleep');
await backOff();
truth.end('sleep');
