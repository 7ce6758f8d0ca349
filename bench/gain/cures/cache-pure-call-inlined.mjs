// A weight of words, most of which come again, by a function that V8 compiles into the loop which calls it.
function weightOf(word) {
  let weight = 0;
  for (let at = 0; at < word.length; at++) {
    weight = (weight * 33 + word.charCodeAt(at)) % 1_000_003;
  }
  return weight;
}

const words = Array.from({ length: 2000 }, (_, index) => 'word'.repeat(90) + (index % 50));
let sum = 0;
for (let round = 0; round < 300; round++) {
  for (let index = 0; index < words.length; index++) {
    sum += weightOf(words[index]);
  }
}
console.log(sum);
