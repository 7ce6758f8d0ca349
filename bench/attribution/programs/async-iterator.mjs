import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);

async function* pages(count) {
  for (let page = 0; page < count; page++) {
    const response = await fetch(`http://127.0.0.1:${http}/?ms=45&page=${page}`); // truth: page awaited
    yield await response.text(); // truth: page awaited
  }
}

await (await fetch(`http://127.0.0.1:${http}/`)).text();
truth.begin('page');
for await (const page of pages(9)) if (page.length === 0) throw new Error('empty');
truth.end('page');
