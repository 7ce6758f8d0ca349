'use strict';
const { setTimeout: sleep } = require('node:timers/promises');

/** Calls `work` until it does not throw, at most `times`. */
exports.retry = async function retry(work, times = 3) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= times) throw error;
    }
  }
};

exports.delay = (ms) => sleep(ms);

exports.getText = async (url) => {
  const response = await fetch(url);
  return await response.text();
};
