import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import truth from '../truth.cjs';

truth.begin('lines');
const child = spawn('sh', ['-c', 'for i in 1 2 3 4 5 6; do sleep 0.07; echo line $i; done']); // truth: lines awaited
const lines = createInterface({ input: child.stdout }); // truth: lines awaited

for await (const line of lines) if (!line.startsWith('line')) throw new Error(line); // truth: lines awaited
truth.end('lines');
