// A blur of a grey picture in typed arrays.
const width = 2400;
const height = 1600;
const pixels = new Uint8Array(width * height);
for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 2654435761) >>> 24;

function blur(radius) {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let count = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          sum += pixels[ny * width + nx];
          count++;
        }
      }
      out[y * width + x] = sum / count;
    }
  }
  return out;
}

const blurred = blur(4);
console.log(blurred.reduce((sum, one) => sum + one, 0));
