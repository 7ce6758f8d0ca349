import { mkdir, readFile, writeFile } from 'node:fs/promises';
import truth from '../truth.cjs';

await mkdir('many');
await Promise.all(Array.from({ length: 100 }, (_, i) => writeFile(`many/${i}`, 'x'.repeat(10_000))));

truth.begin('read');
for (let i = 0; i < 1500; i++) await readFile(`many/${i % 100}`, 'utf8'); // truth: read awaited bound=async-wait,cpu-native,cpu-js,mixed
truth.end('read');
