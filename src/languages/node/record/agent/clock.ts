/**
 * The recording's clock in µs: CLOCK_MONOTONIC, read through `performance.now`, which costs a third of `process.hrtime.bigint`.
 * Taken before the script can replace either (fake timers do).
 */
const read = performance.now.bind(performance);
const hrtime = process.hrtime.bigint.bind(process.hrtime);

const offsetUs = (() => {
  let best = Infinity;
  let offset = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = read() * 1000;
    const monotonic = Number(hrtime()) / 1000;
    const after = read() * 1000;
    if (after - before < best) {
      best = after - before;
      offset = monotonic - (before + after) / 2;
    }
  }
  return offset;
})();

export function nowUs(): number {
  return read() * 1000 + offsetUs;
}
