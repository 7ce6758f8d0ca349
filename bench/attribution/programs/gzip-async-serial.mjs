import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import truth from '../truth.cjs';

const compress = promisify(gzip);
const body = Buffer.from(Array.from({ length: 120_000 }, (_, i) => `line ${(i * 7919) % 1000}`).join('\n'));

truth.begin('gzip');
for (let i = 0; i < 50; i++) await compress(body); // truth: gzip awaited
truth.end('gzip');
