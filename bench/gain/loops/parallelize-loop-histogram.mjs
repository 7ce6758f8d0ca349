// How bright each picture of a long row is: large typed arrays in a list go there, small ones come back.
const pictures = Array.from({ length: 64 }, (_, at) => Uint8Array.from({ length: 120_000 }, (_, i) => (i * (at + 3)) % 251));

const histograms = [];
for (const picture of pictures) {
  const shades = new Uint32Array(256);
  for (let level = 1; level <= 40; level++) {
    for (let at = 0; at < picture.length; at++) shades[(picture[at] * level) & 255] += 1;
  }
  histograms.push(shades);
}
console.log(histograms.length, histograms[7].slice(0, 5));
