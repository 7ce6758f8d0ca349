// The nearest of many words for each query: a list of short texts goes to each thread, texts come back.
const letters = 'etaoinshrdlucmfwypvbgkqjxz';
const words = Array.from({ length: 3_000 }, (_, i) =>
  Array.from({ length: 5 + (i % 6) }, (_, k) => letters[(i * (k + 3) + k * k) % 26]).join(''),
);
const queries = words.filter((_, i) => i % 12 === 0).map((word) => word.slice(1) + word[0]);

function distance(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) row.push(Math.min(above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] === b[k - 1] ? 0 : 1)));
    above = row;
  }
  return above[b.length];
}

const nearest = [];
for (const query of queries) {
  let best = '';
  let least = Infinity;
  for (const word of words) {
    const found = distance(query, word);
    if (found < least) {
      least = found;
      best = word;
    }
  }
  nearest.push(`${query}: ${best}`);
}
console.log(nearest.length, nearest.slice(0, 3));
