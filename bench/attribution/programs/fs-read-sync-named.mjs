import { readFileSync, writeFileSync } from 'node:fs';
import truth from '../truth.cjs';

writeFileSync('big', Buffer.alloc(8_000_000, 'x'));

const load = () => readFileSync('big'); // truth: read blocked bound=blocking-io,cpu-native

truth.watchCollections();
truth.begin('read');
truth.repeat(500, load);
truth.end('read');
