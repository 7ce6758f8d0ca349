import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import truth from '../truth.cjs';

const derive = promisify(scrypt);

truth.begin('scrypt');
await Promise.all(Array.from({ length: 12 }, (_, i) => derive(`password ${i}`, 'salt', 32))); // truth: scrypt awaited
truth.end('scrypt');
