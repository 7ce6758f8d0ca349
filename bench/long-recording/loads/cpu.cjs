// Computes for so many seconds: many small functions and a deep recursion, so that hardly two samples in a row are alike.
const seconds = Number(process.argv[2]);
require('../peak.cjs');

function primes(limit) {
  const sieve = new Uint8Array(limit);
  let count = 0;
  for (let i = 2; i < limit; i++) {
    if (sieve[i]) continue;
    count++;
    for (let j = i * 2; j < limit; j += i) sieve[j] = 1;
  }
  return count;
}

function words(n) {
  const seen = new Map();
  for (let i = 0; i < n; i++) {
    const word = ((i * 48271) % 65521).toString(36);
    seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  return [...seen].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).length;
}

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

while (performance.now() < seconds * 1000) {
  primes(200_000);
  words(20_000);
  fibonacci(25);
}
