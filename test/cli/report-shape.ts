import assert from 'node:assert/strict';
import { isAbsolute } from 'node:path';
import { BOUNDS, MODELS, type Report } from '../../src/core/report/report.ts';

type Check = (value: unknown, path: string) => void;

const check =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    assert.ok(holds(value), `${path} must be ${what}, is ${JSON.stringify(value)}`);

const text = check('a text', (value) => typeof value === 'string' && value !== '');
const file = check('an absolute path', (value) => typeof value === 'string' && isAbsolute(value));
const amount = check('a number of at least 0', (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0);
const share = check('a share', (value) => typeof value === 'number' && value >= 0 && value <= 1.001);
/** Of the run's wall time; above 1 where several threads were in it at once. */
const shareOfAll = check('a share of all threads', (value) => typeof value === 'number' && value >= 0);
const threads = check('2 threads or more', (value) => Number.isInteger(value) && (value as number) >= 2);
const position = check('a 1-based position', (value) => Number.isInteger(value) && (value as number) >= 1);
const oneOf = (values: readonly unknown[]): Check => check(values.join(' or '), (value) => values.includes(value));
const orNull =
  (inner: Check): Check =>
  (value, path) => {
    if (value !== null) inner(value, path);
  };
const list =
  (inner: Check): Check =>
  (value, path) => {
    assert.ok(Array.isArray(value), `${path} must be a list`);
    value.forEach((entry, index) => inner(entry, `${path}[${index}]`));
  };
/** Exactly these keys, and of `maybe` those that are there: what scripts may rely on, and nothing that slipped in. */
const record =
  (always: Record<string, Check>, maybe: Record<string, Check> = {}): Check =>
  (value, path) => {
    assert.ok(typeof value === 'object' && value !== null, `${path} must be an object`);
    const shape = { ...always, ...Object.fromEntries(Object.entries(maybe).filter(([key]) => key in value)) };
    assert.deepEqual(Object.keys(value).sort(), Object.keys(shape).sort(), path);
    for (const [key, inner] of Object.entries(shape)) inner((value as Record<string, unknown>)[key], `${path}.${key}`);
  };

const time = record({
  jsCpuMs: amount,
  nativeCpuMs: amount,
  blockedMs: amount,
  awaitedMs: amount,
  gcMs: amount,
  loadingMs: amount,
  idleMs: amount,
});

const refactor: Check = (value, path) => {
  const available = record({ available: oneOf([true]), safety: oneOf(['safe', 'review']) }, { atOnce: position });
  const refused = record({ available: oneOf([false]), reason: text }, { untilProfiled: oneOf([true]) });
  ((value as { available: boolean }).available ? available : refused)(value, path);
};

const eventLoop = orNull(
  record({
    utilisation: share,
    serving: oneOf([true, false]),
    requests: orNull(amount),
    delayMs: record({ mean: amount, p50: amount, p90: amount, p99: amount, max: amount }),
    histogram: list(record({ overMs: amount, share })),
    blocked: record({ times: amount, totalMs: amount, heldUp: orNull(amount) }),
    blockages: list(
      record({
        startMs: amount,
        durationMs: amount,
        function: orNull(text),
        file: orNull(file),
        line: orNull(position),
        stack: list(
          record({
            function: text,
            file: orNull(
              check('a path or a module of node', (value) => typeof value === 'string' && (isAbsolute(value) || value.startsWith('node:'))),
            ),
            line: orNull(position),
            ms: amount,
            owner: oneOf(['user', 'dependency', 'core', 'native']),
            calls: position,
          }),
        ),
        heldUp: orNull(amount),
      }),
    ),
  }),
);

const secondOpinion = orNull(record({ tool: text, verdict: text, agrees: oneOf([true, false, null]), why: orNull(text) }));

const REPORT = record({
  schema: oneOf(['unblock/report/1']),
  target: record({ script: file, args: list(check('a text', (value) => typeof value === 'string')), cwd: file, node: text }),
  run: record({
    engine: text,
    wallMs: amount,
    exitCode: orNull(amount),
    signal: orNull(text),
    ended: oneOf(['exit', 'stopped', 'killed', 'crashed']),
  }),
  machine: record({ logicalCores: position, physicalCores: orNull(position), memoryBytes: amount, platform: text, load: orNull(share) }),
  time,
  lanes: list(record({ id: text, name: text, kind: oneOf(['main', 'worker', 'process']), wallMs: amount, time, eventLoop })),
  eventLoop,
  verdict: (value, path) => {
    const shape = { bound: oneOf(BOUNDS), evidence: list(text), speaksFor: orNull(record({ waitedMs: amount, lanes: list(text) })) };
    const ofClinic = typeof value === 'object' && value !== null && 'secondOpinion' in value;
    record(ofClinic ? { ...shape, secondOpinion } : shape)(value, path);
  },
  hotSpots: list(
    record(
      {
        id: text,
        function: text,
        file,
        line: position,
        column: position,
        share: shareOfAll,
        selfMs: amount,
        totalMs: amount,
        time,
        calls: orNull(amount),
        bound: oneOf(BOUNDS),
        lines: list(record({ line: position, time })),
        operations: list(record({ api: text, line: position, calls: amount, totalMs: amount })),
      },
      { threads },
    ),
  ),
  advice: list(
    record(
      {
        id: text,
        rule: text,
        hotSpot: text,
        model: oneOf(MODELS),
        file,
        line: position,
        message: text,
        why: text,
        predicted: record({ speedup: amount, low: amount, high: amount, basis: text }),
        alternatives: list(record({ model: oneOf(MODELS), speedup: orNull(amount), memoryBytes: orNull(amount), edits: orNull(amount) })),
        refactor,
      },
      { text },
    ),
  ),
  leftAlone: list(record({ function: text, file, line: position, share: shareOfAll, reason: text }, { threads })),
});

/** Fails where a report is not what the contract of the command line says. */
export function assertReport(value: unknown): asserts value is Report {
  REPORT(value, 'report');
  const report = value as Report;
  const parts = Object.values(report.time as unknown as Record<string, number>).reduce((sum, part) => sum + part, 0);
  assert.ok(
    Math.abs(parts - report.run.wallMs) <= 1 + report.run.wallMs * 0.01,
    `the parts of the time add up to ${parts} ms of ${report.run.wallMs} ms`,
  );
  assert.deepEqual(report.lanes[0]?.eventLoop ?? null, report.eventLoop, 'the main lane comes first');
  const hotSpots = new Set(report.hotSpots.map(({ id }) => id));
  assert.equal(hotSpots.size, report.hotSpots.length, 'ids of hot spots are unique');
  assert.equal(new Set(report.advice.map(({ id }) => id)).size, report.advice.length, 'ids of advice are unique');
  for (const advice of report.advice) {
    assert.ok(hotSpots.has(advice.hotSpot), `${advice.id} names a hot spot of the report`);
    const { low, speedup, high } = advice.predicted;
    assert.ok(low <= speedup && speedup <= high && speedup >= 1, `${advice.id} predicts ${low} ≤ ${speedup} ≤ ${high}`);
  }
}
