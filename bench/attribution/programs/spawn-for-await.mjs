import { spawn } from 'node:child_process';
import truth from '../truth.cjs';

const child = spawn('sh', ['-c', 'for i in 1 2 3 4 5 6; do sleep 0.07; echo part $i; done']);
truth.begin('output');
for await (const part of child.stdout) if (part.length === 0) throw new Error('empty'); // truth: output awaited
truth.end('output');
