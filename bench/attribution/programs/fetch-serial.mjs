import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);

async function price(item) {
  const response = await fetch(`http://127.0.0.1:${http}/?ms=40&item=${item}`); // truth: price awaited
  return await response.text(); // truth: price awaited
}

truth.begin('price');
await price('first');
for (let item = 0; item < 10; item++) await price(item);
truth.end('price');
