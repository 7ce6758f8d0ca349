'use strict';
exports.crunch = function crunch(rounds = 200_000) {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (x * 48271 + i) % 2147483647;
  return x;
};

exports.eachValue = function eachValue(count, visit) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += visit(i);
  return sum;
};
