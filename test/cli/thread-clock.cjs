// Required into a script beside the profiler: what the kernel says of its main thread, written to THREAD_CLOCK_FILE when it ends, in µs: how long
// the script lasted, for how much of that the thread was on a core, and for how much it would have been if one had been free. Linux only.
const { readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.argv[1] === process.env.THREAD_CLOCK_SCRIPT) {
  let start = read();
  // Node lets preloaded modules replace it, also for ES modules; the profiler, which may have to wait for its parent, is set up by then.
  const { runMain } = Module;
  Module.runMain = (...args) => {
    start = read();
    return runMain(...args);
  };
  process.on('exit', () => {
    const end = read();
    const [wallUs, onCoreUs, readyUs] = ['wallUs', 'onCoreUs', 'readyUs'].map((one) => end[one] - start[one]);
    writeFileSync(process.env.THREAD_CLOCK_FILE, JSON.stringify({ wallUs, onCoreUs, readyUs }));
  });
}

function read() {
  const [onCoreNs, readyNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ').map(Number);
  return { wallUs: Number(process.hrtime.bigint() / 1000n), onCoreUs: onCoreNs / 1000, readyUs: readyNs / 1000 };
}
