import { brotliCompressSync } from 'node:zlib';
import truth from '../truth.cjs';

const body = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${(i * 7919) % 1000}`).join('\n'));

const pack = () => brotliCompressSync(body); // truth: brotli native

truth.begin('brotli');
truth.repeat(450, pack);
truth.end('brotli');
