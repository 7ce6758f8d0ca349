import { setTimeout as sleep } from 'node:timers/promises';
import truth from '../truth.cjs';

async function main() {
  truth.begin('wait');
  await sleep(300); // truth: wait awaited
  truth.end('wait');
  process.exit(3);
}

setTimeout(() => {}, 60_000);
await main();
