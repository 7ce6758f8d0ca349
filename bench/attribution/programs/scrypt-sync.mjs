import { scryptSync } from 'node:crypto';
import truth from '../truth.cjs';

function derive(password) {
  return scryptSync(password, 'salt', 32); // truth: scrypt native
}

truth.begin('scrypt');
truth.repeat(450, () => derive('secret'));
truth.end('scrypt');
