// A stress: 500,000 awaits that never wait.
import measure from '../measure.cjs';

async function step(i) {
  return i & 7;
}

measure.begin();
let sum = 0;
for (let i = 0; i < 500_000; i++) sum += await step(i);
measure.end();
if (sum === 0) throw new Error('nothing summed');
