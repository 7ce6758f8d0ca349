import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import truth from '../truth.cjs';

writeFileSync('log', Array.from({ length: 6_000_000 }, (_, i) => `line ${(i * 7919) % 1000}`).join('\n'));

truth.begin('pipeline');
await pipeline(createReadStream('log'), createGzip(), createWriteStream('log.gz')); // truth: pipeline awaited bound=any
truth.end('pipeline');
