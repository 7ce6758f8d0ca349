import pool from 'tiny-pool';
import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);
const limit = pool(3);

async function detail(id) {
  const response = await fetch(`http://127.0.0.1:${http}/?ms=60&id=${id}`); // truth: detail awaited
  return response.status;
}

truth.begin('detail');
await Promise.all(Array.from({ length: 18 }, (_, id) => limit(() => detail(id))));
truth.end('detail');
