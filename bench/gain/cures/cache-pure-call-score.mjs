// How far two words are apart, asked for the same words again and again by a loop that V8 makes one with the function.
function weightOf(word) {
  let weight = 7;
  for (let round = 0; round < 40; round++) {
    for (let at = 0; at < word.length; at++) weight = (weight * 31 + word.charCodeAt(at) + round) % 1_000_003;
  }
  return weight;
}

function rank(words) {
  let best = 0;
  for (const word of words) {
    const weight = weightOf(word);
    if (weight > best) best = weight;
  }
  return best;
}

const words = Array.from({ length: 5000 }, (_, index) => `word-${index % 60}`);
let sum = 0;
for (let round = 0; round < 40; round++) sum += rank(words);
console.log(sum);
