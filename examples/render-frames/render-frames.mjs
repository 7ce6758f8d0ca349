// Draws 16 frames of a zoom into the Mandelbrot set as text and prints the last one.

/** One frame: computing only, from numbers to a string. */
function renderFrame(frame, width, height) {
  const zoom = 1.25 ** -frame;
  const rows = [];
  for (let y = 0; y < height; y++) {
    let row = '';
    for (let x = 0; x < width; x++) {
      const real = -0.7436 + (x / width - 0.5) * 3 * zoom;
      const imaginary = 0.1318 + (y / height - 0.5) * 2 * zoom;
      let a = 0;
      let b = 0;
      let steps = 0;
      while (a * a + b * b < 4 && steps < 3000) {
        [a, b] = [a * a - b * b + real, 2 * a * b + imaginary];
        steps++;
      }
      row += ' .:-=+*#%@'[steps % 10];
    }
    rows.push(row);
  }
  return rows.join('\n');
}

function renderAll(count) {
  const frames = [];
  for (let frame = 0; frame < count; frame++) {
    const picture = renderFrame(frame, 200, 80);
    frames.push(picture);
  }
  return frames;
}

const frames = renderAll(16);
console.log(frames.at(-1).split('\n').filter((_, row) => row % 4 === 0).map((row) => row.slice(60, 140)).join('\n'));
console.log(`${frames.length} frames`);
