// Measures one viewer with one profile in a fresh browser context.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * In each page before its own scripts: when the frame with the first label on a canvas has been produced (both viewers write labels with
 * `fillText`), and the longest task of the main thread so far (the browser reports those from 50 ms on).
 */
function watch() {
  window.bench = { painted: null, longest: 0 };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.bench.longest = Math.max(window.bench.longest, task.duration);
  }).observe({ type: 'longtask', buffered: true });
  let inFrame = false;
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    ask((time) => {
      inFrame = true;
      try {
        callback(time);
      } finally {
        inFrame = false;
      }
    });
  // The first task after a frame's callbacks runs when the frame is done.
  const { port1, port2 } = new window.MessageChannel();
  port1.onmessage = () => {
    window.bench.painted = performance.now();
    // A binding of the protocol: polling would put the driver's own scripts into the page while it starts.
    window.benchPainted('');
  };
  const done = () => port2.postMessage(null);
  const write = window.CanvasRenderingContext2D.prototype.fillText;
  window.CanvasRenderingContext2D.prototype.fillText = function (...args) {
    window.CanvasRenderingContext2D.prototype.fillText = write;
    if (inFrame) done();
    else ask(done);
    return write.apply(this, args);
  };
}

/** Zooms in and out at the middle, one wheel event a frame, and gives the time between frames in ms. */
function zoom() {
  const canvas = [...document.querySelectorAll('canvas')].sort(
    (a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight,
  )[0];
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const at = { clientX: left + width * 0.3, clientY: top + Math.min(150, height / 2), bubbles: true, cancelable: true, view: window };
  return new Promise((resolve) => {
    const gaps = [];
    let before = performance.now();
    let turn = 0;
    const frame = () => {
      const now = performance.now();
      if (turn > 2) gaps.push(now - before);
      before = now;
      if (++turn > 90) return resolve(gaps);
      const target = document.elementFromPoint(at.clientX, at.clientY) ?? canvas;
      target.dispatchEvent(new window.WheelEvent('wheel', { ...at, deltaY: turn % 60 < 30 ? -40 : 40, ctrlKey: true }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** First paint, longest block, heap, frame time and memory of the page's process; or why there are none. */
export async function measure(browser, url, timeoutMs) {
  const known = new Set(await renderers(browser));
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  let crashed = false;
  const crash = new Promise((resolve) => page.once('crash', () => resolve((crashed = true))));
  try {
    await page.addInitScript(watch);
    await quiet(browser);
    const session = await context.newCDPSession(page);
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: 'benchPainted' });
    const drawn = Promise.race([
      new Promise((resolve) => session.once('Runtime.bindingCalled', () => resolve(true))),
      after(timeoutMs).then(() => false),
    ]);
    await page.goto(url, { waitUntil: 'commit' });
    if (!(await Promise.race([drawn, crash.then(() => false)]))) return { failed: crashed ? 'crash' : 'time-out' };
    const { painted, longest } = await page.evaluate(() => window.bench);
    const gaps = await Promise.race([page.evaluate(zoom), crash.then(() => null), after(120_000)]);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const heap = metrics.find((metric) => metric.name === 'JSHeapUsedSize').value / 1e6;
    const blockLater = await page.evaluate(() => window.bench.longest);
    const own = (await renderers(browser)).filter((pid) => !known.has(pid));
    return {
      painted,
      longest,
      longestZooming: blockLater,
      heap,
      rss: Math.max(0, ...own.map(memoryOf)),
      frame: gaps === null ? null : quantile(gaps, 0.95),
    };
  } catch (error) {
    return { failed: crashed ? 'crash' : String(error.message).split('\n')[0] };
  } finally {
    await Promise.race([context.close().catch(() => undefined), after(20_000)]);
  }
}

/** Resolves when the browser has done what it does for a new window (its own address bar's pages take both cores for a quarter of a second). */
async function quiet(browser) {
  let before = await cpuOf(browser);
  for (let turn = 0; turn < 20; turn++) {
    await after(250);
    const now = await cpuOf(browser);
    if (now - before < 0.02) return;
    before = now;
  }
}

/** CPU seconds of all the browser's processes so far. */
async function cpuOf(browser) {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, process) => sum + process.cpuTime, 0);
  } finally {
    await session.detach();
  }
}

function after(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref());
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter((process) => process.type === 'renderer').map((process) => process.id);
  } finally {
    await session.detach();
  }
}

/** Resident memory in MB; Linux only, else 0. */
function memoryOf(pid) {
  try {
    return readdirSync('/proc').length > 0 ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000 : 0;
  } catch {
    return 0;
  }
}
