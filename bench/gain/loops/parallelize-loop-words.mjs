// How often each word occurs in many texts.
const letters = 'etaoinshrdlucmfwypvbgkqjxz';
let state = 7;
const next = (most) => (state = (state * 48271) % 2147483647) % most;
const word = () => Array.from({ length: 2 + next(4) }, () => letters[next(12)]).join('');
const texts = Array.from({ length: 300 }, () => Array.from({ length: 3000 }, word).join(' '));

const counts = new Map();
for (const text of texts) {
  for (const one of text.split(' ')) counts.set(one, (counts.get(one) ?? 0) + 1);
}
console.log(counts.size, counts.get('et'));
