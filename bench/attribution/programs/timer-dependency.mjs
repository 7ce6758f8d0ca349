import { delay } from 'retry';
import truth from '../truth.cjs';

async function politely(ms) {
  await delay(ms); // truth: delay awaited
}

truth.begin('delay');
for (let i = 0; i < 6; i++) await politely(70);
truth.end('delay');
