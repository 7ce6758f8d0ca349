import truth from '../truth.cjs';

let seed = 1;
const words = Array.from({ length: 8_000 }, () => (seed = (seed * 48271) % 2147483647).toString(36));

const order = () => words.slice().sort((a, b) => a.localeCompare(b)); // truth: compare js

truth.begin('compare');
truth.repeat(400, order);
truth.end('compare');
