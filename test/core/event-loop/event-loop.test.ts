import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyze } from '../../../src/core/analyze.ts';
import type { LoopRounds, OnCpuTrack } from '../../../src/core/recording.ts';
import type { ReportEventLoop } from '../../../src/core/report/report.ts';
import { node } from '../../../src/languages/node/index.ts';
import { lane, operations, recording } from '../hand-made.ts';

const CORE = 'onStreamRead node:internal/stream_base_commons:1:1';
const serve = `${CORE} > serve /project/a.js:10:1`;
const render = `${serve} > render /project/a.js:20:1`;
const MS = 1000;

const listen = { api: 'net.Server.listen', stack: ['(top level) /project/a.js:1:1'], startUs: 0, endUs: -1 };
const request = (startMs: number, endMs: number) => ({ api: 'http.Server.request', stack: [], startUs: startMs * MS, endUs: endMs * MS });
const rounds = (...spans: [number, number][]): LoopRounds => ({
  startUs: spans.map(([start]) => start * MS),
  endUs: spans.map(([, end]) => end * MS),
  notedUntilUs: 1000 * MS,
  full: false,
});
const ms = (stack: string, length: number): string => `${stack} ${length * MS}`;

interface Case {
  name: string;
  samples: string[];
  rounds: LoopRounds;
  requests?: ReturnType<typeof request>[];
  onCpu?: OnCpuTrack;
  /** `function:line from +length, held up`. */
  expected: string[];
}

const cases: Case[] = [
  {
    name: 'a request that computes holds up those that come meanwhile, not itself',
    samples: [ms('(idle)', 100), ms(`${render} @22`, 200), ms('(idle)', 700)],
    rounds: rounds([0, 300]),
    requests: [request(101, 300), request(300.5, 301), request(301, 302), request(800, 801)],
    expected: ['render:22 101 +199, 2'],
  },
  {
    name: 'and those that it reads late, as others had its core, before it sleeps',
    samples: [ms('(idle)', 100), ms(`${render} @22`, 200), ms('(idle)', 700)],
    rounds: rounds([0, 300]),
    requests: [request(101, 300), request(314, 315), request(800, 801)],
    onCpu: {
      atUs: [0, 100, 300, 316, 1000].map((at) => at * MS),
      cpuUs: [0, 0, 200, 202, 203].map((at) => at * MS),
      runQueueUs: [0, 0, 0, 14, 14].map((at) => at * MS),
    },
    expected: ['render:22 101 +199, 1'],
  },
  {
    name: 'and one that was waiting for something else',
    samples: [ms('(idle)', 100), ms(`${render} @22`, 50), ms('(idle)', 850)],
    rounds: rounds([0, 150]),
    requests: [request(20, 300), request(30, 90), request(100, 150)],
    expected: ['render:22 100 +50, 1'],
  },
  {
    name: 'requests read in one round are turns of their own',
    samples: [ms('(idle)', 100), ms(`${render} @22`, 90), ms('(idle)', 810)],
    rounds: rounds([0, 190]),
    requests: [request(100, 130), request(130, 160), request(160, 190)],
    expected: ['render:22 100 +30, 2', 'render:22 130 +30, 1', 'render:22 160 +30, 0'],
  },
  {
    name: 'a program that gives way is not blocked, though it never sleeps',
    samples: [ms(`${render} @22`, 500), ms('(idle)', 500)],
    rounds: rounds(),
    expected: [],
  },
  {
    name: 'rounds that follow each other are blockages of their own',
    samples: [ms(`${render} @22`, 60), ms('(idle)', 940)],
    rounds: rounds([0, 20], [20, 60]),
    expected: ['render:22 20 +40, 0', 'render:22 0 +20, 0'],
  },
  {
    name: 'what was still going on at the end was blocked',
    samples: [ms('(idle)', 400), ms(`${render} @22`, 600)],
    rounds: { startUs: [], endUs: [], notedUntilUs: 400 * MS, full: false },
    expected: ['render:22 400 +600, 0'],
  },
  {
    name: 'after the list was full nothing is known',
    samples: [ms('(idle)', 400), ms(`${render} @22`, 600)],
    rounds: { startUs: [], endUs: [], notedUntilUs: 400 * MS, full: true },
    expected: [],
  },
  {
    name: 'the function that was there for half of it, whatever it called',
    samples: [
      ms('(idle)', 100),
      ...Array.from({ length: 10 }, (_, at) => ms(`${serve} > step${at} /project/b.js:${at + 1}:1`, 10)),
      ms('(idle)', 800),
    ],
    rounds: rounds([0, 200]),
    expected: ['serve:10 100 +100, 0'],
  },
  {
    name: 'nobody, where no code of the user ran',
    samples: [ms('(idle)', 100), ms(CORE, 100), ms('(idle)', 800)],
    rounds: rounds([0, 200]),
    expected: ['nobody 100 +100, 0'],
  },
];

function loopOf({ samples, rounds: noted, requests = [], onCpu }: Omit<Case, 'name' | 'expected'>, started = [listen]) {
  const main = lane(samples, { operations: operations([...started, ...requests]), rounds: noted, onCpu: onCpu ?? null });
  return analyze(recording([main]), { ...node, rules: [] }, () => null).report;
}

describe('the event loop', () => {
  for (const one of cases)
    it(one.name, () => {
      const { blockages } = loopOf(one).eventLoop!;
      const found = blockages.map(
        ({ function: name, line, startMs, durationMs, heldUp }) =>
          `${name === null ? 'nobody' : `${name}:${line}`} ${startMs} +${durationMs}, ${heldUp}`,
      );
      assert.deepEqual(found, one.expected);
    });

  it('adds up, and is evidence where requests had to wait', () => {
    const { eventLoop, verdict } = loopOf(cases[0]!);
    const { utilisation, serving, requests, blocked, delayMs }: ReportEventLoop = eventLoop!;
    assert.deepEqual(
      { utilisation, serving, requests, blocked, max: delayMs.max, mean: delayMs.mean },
      {
        utilisation: 0.2,
        serving: true,
        requests: 4,
        blocked: { times: 1, totalMs: 199, heldUp: 2 },
        max: 200,
        mean: 20,
      },
    );
    assert.ok(verdict.evidence.includes('The event loop was blocked once, for 199 ms in render (a.js:22): requests had to wait 2 times.'));
  });

  it('counts from the first moment that something is waited for', () => {
    const samples = [ms('(top level) /project/a.js:1:1', 500), ms('(idle)', 500)];
    const { eventLoop } = loopOf({ samples, rounds: rounds([0, 500]) }, [{ ...listen, startUs: 495 * MS }]);
    assert.deepEqual(eventLoop!.blockages, []);
    assert.ok(Math.abs(eventLoop!.utilisation - 5 / 505) < 1e-5);
  });

  it('is not known where rounds were not noted or nothing was waited for', () => {
    assert.equal(loopOf({ samples: [ms(render, 500)], rounds: rounds([0, 500]) }, []).eventLoop, null);
    const main = lane([ms(render, 500)], { operations: operations([listen]) });
    assert.equal(analyze(recording([main]), { ...node, rules: [] }, () => null).report.eventLoop, null);
  });

  it('of a process that serves is told apart, on the clock of the run, and is evidence by its name', () => {
    const primary = lane([ms('(idle)', 1000)]);
    const [worker, second] = [1, 2].map((number) => {
      const samples = [ms('(idle)', 100), ms(`${render} @22`, 100 * number), ms('(idle)', 200)];
      const started = operations([{ ...listen, startUs: 400 * MS }, request(500.5, 501), request(500 + 100 * number, 900)]);
      const serving = lane(samples, { id: `process-${number}`, name: `process ${number}: a.js`, kind: 'process', operations: started });
      serving.cpuProfile = { ...serving.cpuProfile, startTime: 400 * MS, endTime: serving.cpuProfile.endTime + 400 * MS };
      return { ...serving, rounds: { ...rounds([400, 500 + 100 * number]), notedUntilUs: 900 * MS } };
    });
    const one = analyze(recording([primary, worker!]), { ...node, rules: [] }, () => null).report;
    assert.equal(one.eventLoop, null);
    assert.deepEqual(
      one.lanes.map(({ id, wallMs, eventLoop }) => [
        id,
        wallMs,
        eventLoop?.blockages.map(({ startMs, durationMs }) => [startMs, durationMs]),
      ]),
      [
        ['1', 1000, undefined],
        ['process-1', 400, [[500.5, 99.5]]],
      ],
    );
    assert.ok(
      one.verdict.evidence.includes(
        'The event loop of process 1: a.js was blocked once, for 100 ms in render (a.js:22): requests had to wait once.',
      ),
      one.verdict.evidence.join('\n'),
    );
    const both = analyze(recording([primary, worker!, second!]), { ...node, rules: [] }, () => null).report;
    assert.match(
      both.verdict.evidence.join('\n'),
      /The event loops of 2 processes were blocked 2 times for 10 ms or more, the longest 200 ms in render \(a\.js:22\), in process 2: a\.js: requests had to wait 2 times\./,
    );
  });
});
