'use strict';
/**
 * Measures the hot section of a load from inside it: wall time and the main thread's CPU time (from /proc/thread-self/schedstat), and when
 * the script ended on CLOCK_MONOTONIC; written as JSON to the file that MEASURE_FILE names.
 */
const fs = require('node:fs');

const schedstat = fs.openSync('/proc/thread-self/schedstat');
const buffer = Buffer.alloc(128);
let from;
let result;

function now() {
  const [cpuNs, stolenNs] = buffer
    .latin1Slice(0, fs.readSync(schedstat, buffer, 0, 128, 0))
    .split(' ')
    .map(Number);
  return { wallMs: performance.now(), cpuMs: cpuNs / 1e6, stolenMs: stolenNs / 1e6 };
}

exports.begin = () => {
  from = now();
};

exports.end = () => {
  const to = now();
  result = { wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs, stolenMs: to.stolenMs - from.stolenMs };
};

process.on('exit', () => {
  const file = process.env.MEASURE_FILE;
  if (file) fs.writeFileSync(file, JSON.stringify({ ...result, endNs: process.hrtime.bigint().toString() }));
});
