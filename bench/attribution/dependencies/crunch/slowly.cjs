'use strict';
const { crunch } = require('./index.cjs');

/** Computes only after it has given way: the stack holds nothing of whoever awaits it then. */
exports.crunchLater = async function crunchLater(ms) {
  await null;
  const until = performance.now() + ms;
  let x = 0;
  while (performance.now() < until) x += crunch(20_000);
  return x;
};
