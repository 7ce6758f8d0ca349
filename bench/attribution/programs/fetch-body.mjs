import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);

const response = await fetch(`http://127.0.0.1:${http}/?ms=80&drip=6`);
truth.begin('body');
await response.text(); // truth: body awaited
truth.end('body');
