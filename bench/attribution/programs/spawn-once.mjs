import { spawn } from 'node:child_process';
import { once } from 'node:events';
import truth from '../truth.cjs';

truth.begin('wait');
const child = spawn('sleep', ['0.45']); // truth: wait awaited
await once(child, 'exit'); // truth: wait awaited
truth.end('wait');
