import { setInterval } from 'node:timers/promises';
import truth from '../truth.cjs';

truth.begin('tick');
let ticks = 0;
for await (const _ of setInterval(50)) if (++ticks === 8) break; // truth: tick awaited
truth.end('tick');
