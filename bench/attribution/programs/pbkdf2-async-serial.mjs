import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import truth from '../truth.cjs';

const derive = promisify(pbkdf2);

async function digest(password) {
  return await derive(password, 'salt', 60_000, 32, 'sha256'); // truth: pbkdf2 awaited
}

truth.begin('pbkdf2');
for (const password of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']) await digest(password);
truth.end('pbkdf2');
