// Counts words in lines of a log, with a pattern that is made for each line.
const lines = Array.from({ length: 150_000 }, (_, i) => `${i % 3 === 0 ? 'error' : 'info'}: request ${i} took ${i % 997} ms`);

function count(word) {
  let found = 0;
  for (const line of lines) {
    if (new RegExp(`^${word}: .*\\b(?:took|lost) (\\d+) ms$`, 'i').test(line)) found++;
  }
  return found;
}

console.log(count('error'), count('info'));
