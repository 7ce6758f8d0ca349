import { execFileSync } from 'node:child_process';
import truth from '../truth.cjs';

async function check(host) {
  return execFileSync('sh', ['-c', `sleep 0.08; echo ${host}`], { encoding: 'utf8' }); // truth: check blocked
}

truth.begin('check');
await Promise.all(['a', 'b', 'c', 'd', 'e'].map(check));
truth.end('check');
