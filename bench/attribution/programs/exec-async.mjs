import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import truth from '../truth.cjs';

const run = promisify(execFile);

async function ask(host) {
  const { stdout } = await run('sh', ['-c', `sleep 0.1; echo ${host}`]); // truth: ask awaited
  return stdout;
}

truth.begin('ask');
for (const host of ['a', 'b', 'c', 'd']) await ask(host);
truth.end('ask');
