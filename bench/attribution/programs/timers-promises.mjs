import { setTimeout as sleep } from 'node:timers/promises';
import truth from '../truth.cjs';

truth.begin('poll');
for (let i = 0; i < 8; i++) await sleep(50); // truth: poll awaited
truth.end('poll');
