// Preloaded into a script by `run.mjs --cpu`: when it ends, the computing of its main thread and of all its other threads, in ms, are written where UNBLOCK_CPU says.
// Linux only: other systems don't tell what one thread computed.
const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.UNBLOCK_CPU) {
  const file = process.env.UNBLOCK_CPU;
  delete process.env.UNBLOCK_CPU;
  process.on('exit', () => {
    const main = Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    const { user, system } = process.cpuUsage();
    writeFileSync(file, JSON.stringify({ main, others: Math.max(0, (user + system) / 1000 - main) }));
  });
}
