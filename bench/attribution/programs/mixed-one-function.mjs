import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import truth from '../truth.cjs';

async function job() {
  truth.begin('hash');
  for (let i = 0; i < 20; i++) pbkdf2Sync('password', 'salt', 12_000, 32, 'sha256'); // truth: hash native bound=any
  truth.end('hash');
  truth.begin('rest');
  await sleep(200); // truth: rest awaited bound=any
  truth.end('rest');
  truth.begin('loop');
  let x = 1;
  for (let i = 0; i < 10_000_000; i++) x = (x * 48271 + i) % 2147483647; // truth: loop js bound=any
  truth.end('loop');
  return x;
}

await job();
