import { execSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import truth from '../truth.cjs';

execSync('mkfifo one two three');
spawn('sh', ['-c', 'for i in one two three; do sleep 0.15; echo $i > $i; done']).unref();

const load = async (name) => (await readFile(name, 'utf8')).trim(); // truth: load awaited

truth.begin('load');
for (const name of ['one', 'two', 'three']) await load(name);
truth.end('load');
