'use strict';
/** Runs functions that return promises, `width` at a time. */
module.exports = function pool(width) {
  const waiting = [];
  let running = 0;
  const next = () => {
    if (running >= width || waiting.length === 0) return;
    running++;
    const { work, resolve, reject } = waiting.shift();
    run(work).then(resolve, reject);
  };
  const run = async (work) => {
    try {
      return await work();
    } finally {
      running--;
      next();
    }
  };
  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject });
      next();
    });
};
