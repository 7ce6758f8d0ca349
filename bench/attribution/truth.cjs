'use strict';
/**
 * Measures sections of a program from inside it, by the clock and by the kernel's own accounts of the thread, and writes them as JSON to
 * the file that TRUTH_FILE names; without that variable it does nothing. A mark costs about 20 µs, so sections are few and long.
 * Linux only: it reads /proc/thread-self/schedstat (CPU time, time runnable without a core).
 */
const fs = require('node:fs');
const { PerformanceObserver } = require('node:perf_hooks');

const file = process.env.TRUTH_FILE;
const sections = {};
const open = {};
const collections = [];
const buffer = Buffer.alloc(128);
let schedstat;
let observer;

function now() {
  // The kernel's account of a running thread is up to a tick old (4 ms); asking for the process's time brings it up to date.
  process.cpuUsage();
  const [cpuNs, stolenNs] = buffer
    .latin1Slice(0, fs.readSync(schedstat, buffer, 0, 128, 0))
    .split(' ')
    .map(Number);
  return { atMs: performance.now(), cpuMs: cpuNs / 1e6, stolenMs: stolenNs / 1e6 };
}

/** A section may be begun and ended many times: its figures are sums. */
function begin(name) {
  if (file) open[name] = now();
}

function end(name) {
  if (!file) return;
  const before = open[name];
  const after = now();
  const section = (sections[name] ??= { wallMs: 0, cpuMs: 0, stolenMs: 0, gcMs: 0, spans: [] });
  section.wallMs += after.atMs - before.atMs;
  section.cpuMs += after.cpuMs - before.cpuMs;
  section.stolenMs += after.stolenMs - before.stolenMs;
  section.spans.push([before.atMs, after.atMs]);
}

/** Takes garbage collections out of the sections; asked for by programs that allocate. */
function watchCollections() {
  if (!file) return;
  observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  // Entries arrive by way of the event loop, which a synchronous program never turns.
  process.once('beforeExit', () => setTimeout(() => {}, 20));
}

/** Repeats `work` for about `ms`: the same length on every machine. */
function repeat(ms, work) {
  const until = performance.now() + ms;
  while (performance.now() < until) work();
}

if (file) {
  schedstat = fs.openSync('/proc/thread-self/schedstat');
  process.on('exit', () => {
    if (observer) collections.push(...observer.takeRecords());
    for (const section of Object.values(sections)) {
      for (const [from, to] of section.spans) {
        for (const one of collections) if (one.startTime >= from && one.startTime < to) section.gcMs += one.duration;
      }
      delete section.spans;
    }
    fs.writeFileSync(file, JSON.stringify(sections));
  });
}

module.exports = { begin, end, repeat, watchCollections };
