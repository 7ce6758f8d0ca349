import { execSync, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import truth from '../truth.cjs';

execSync('mkfifo pipe');
spawn('sh', ['-c', 'exec 3> pipe; for i in 1 2 3 4 5 6; do sleep 0.07; echo part $i >&3; done']).unref();

truth.begin('stream');
for await (const part of createReadStream('pipe')) if (part.length === 0) throw new Error('empty'); // truth: stream awaited
truth.end('stream');
