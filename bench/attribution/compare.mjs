/** A part is right within this much of the truth, or this many ms, whichever is more. */
const TOLERANCE = 0.02;
const TOLERANCE_MS = 3;
/** Lanes whose parts add up to the wall time within this are whole. */
const SUM_TOLERANCE = 0.01;
/** Bounds of hot spots below this are not judged. */
const JUDGED_MS = 50;

/**
 * What a section's line should be given, by part: a range where the kernel's account leaves one. Time runnable without a core may be read
 * as part of the computing or of the wait that it prolonged; and a profiler that interrupts a waiting thread makes it compute:
 * `interrupted` is that share of the waiting time.
 */
export function expectedParts(kind, { wallMs, cpuMs, stolenMs, gcMs }, interrupted) {
  const interruptsMs = Math.min(cpuMs, interrupted * Math.max(0, wallMs - cpuMs - stolenMs));
  const off = [Math.max(0, wallMs - cpuMs - stolenMs), Math.max(0, wallMs - cpuMs + interruptsMs)];
  const on = [Math.min(wallMs, cpuMs - interruptsMs), Math.min(wallMs, cpuMs + stolenMs)];
  const exactly = (ms) => [ms, ms];
  const collected = gcMs > 0 ? { gc: exactly(gcMs) } : {};
  if (kind === 'js') return { js: exactly(wallMs - gcMs), ...collected };
  if (kind === 'native') return { native: exactly(wallMs - gcMs), ...collected };
  if (kind === 'cpu') return { cpu: exactly(wallMs - gcMs), ...collected };
  if (kind === 'loading') return { loading: exactly(wallMs) };
  if (kind === 'blocked') return { blocked: off, cpu: on };
  return { awaited: off, cpu: on };
}

function reportedPart(part, time) {
  if (part === 'cpu') return time.jsCpuMs + time.nativeCpuMs + (time.gcMs ?? 0);
  return time[{ js: 'jsCpuMs', native: 'nativeCpuMs', gc: 'gcMs', blocked: 'blockedMs', awaited: 'awaitedMs', loading: 'loadingMs' }[part]];
}

/** One entry a section: its parts as they should be and as they are, and whether the hot spot's bound is right (null: not judged). */
export function compareSections(sections, truths, report, file, interrupted) {
  const spots = report.hotSpots.filter((spot) => spot.file === file);
  return sections.map(({ name, kind, bounds, lines }) => {
    const truth = truths[name];
    if (!truth)
      return { name, kind, line: lines[0], missing: true, parts: [], right: false, errorMs: Infinity, bound: null, boundRight: null };
    const hot = spots.flatMap((spot) => spot.lines.filter((one) => lines.includes(one.line)).map((one) => ({ ...one, spot })));
    const wanted = expectedParts(kind, truth, interrupted);
    // Garbage is not told apart from computing where the program did not watch it.
    const parts = Object.entries(wanted).map(([part, [low, high]]) => {
      const ms = hot.reduce((sum, one) => sum + reportedPart(part, one.time), 0);
      const withGc = part !== 'gc' && part !== 'cpu' && !('gc' in wanted) ? hot.reduce((sum, one) => sum + one.time.gcMs, 0) : 0;
      const reported = ms + (part === 'js' || part === 'native' || part === 'loading' ? withGc : 0);
      const errorMs = reported < low ? reported - low : reported > high ? reported - high : 0;
      return { part, low, high, reported, errorMs, right: Math.abs(errorMs) <= Math.max(TOLERANCE_MS, TOLERANCE * high) };
    });
    const spot = hot.sort((a, b) => total(b.time) - total(a.time))[0]?.spot ?? null;
    const judged = bounds && truth.wallMs >= JUDGED_MS;
    return {
      name,
      kind,
      line: lines[0],
      truth,
      parts,
      right: parts.every((part) => part.right),
      errorMs: Math.max(...parts.map((part) => Math.abs(part.errorMs))),
      bound: spot?.bound ?? null,
      wantedBounds: bounds,
      boundRight: judged ? spot !== null && bounds.includes(spot.bound) : null,
    };
  });
}

/** Do the main lane's parts add up to the run's wall time? */
export function sumsUp(report) {
  return Math.abs(total(report.time) - report.run.wallMs) <= SUM_TOLERANCE * report.run.wallMs;
}

export function total(time) {
  return Object.values(time).reduce((sum, ms) => sum + ms, 0);
}
