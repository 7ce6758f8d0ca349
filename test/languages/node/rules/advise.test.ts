import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AdviceContext } from '../../../../src/core/advise/advice.ts';
import type { Cloning, HotSpot, SiteOperations } from '../../../../src/core/profile/hot-spots.ts';
import { predictedGain } from '../../../../src/core/report/words.ts';
import { decided, file, hotSpot, operation, say, second, time } from './hand-made-spots.ts';

const REQUESTS = `async function price(id) {
  const response = await fetch('http://shop/' + id);
  return response.json();
}
const prices = [];
for (const id of [1, 2, 3]) {
  prices.push(await price(id));
}
`;

describe('overlap-awaits', () => {
  const waiting = (calls: number): HotSpot =>
    hotSpot('price', 1, { awaitSerialUs: 0.8 * second }, { operations: [operation('fetch', 2, calls, { awaitSerialUs: 0.8 * second })] });

  it('advises at the loop that drives the waits', () =>
    assert.deepEqual(say(REQUESTS, [waiting(12)]), {
      advice: [{ rule: 'overlap-awaits', line: 7, message: 'Run these 12 requests 8 at a time (≈N×)', available: true }],
      leftAlone: [],
    }));

  it('has no more under way than keep the thread busy', () => {
    const computing = { lines: [{ line: 3, time: time({ jsCpuUs: 0.32 * second }) }] };
    const { advice } = decided(REQUESTS, [{ ...waiting(12), ...computing }]);
    const [first] = advice;
    assert.match(first!.message, /^Run these 12 requests 6 at a time/);
    assert.match(first!.why, /More than 6 at once would wait for the thread, which computes 320 ms for them/);
    assert.deepEqual(first!.refactor, { available: true, safety: 'safe', atOnce: 6 });
  });

  it('finds the loop in another file through the measured caller', () => {
    const library = `export async function price(id) {\n  const response = await fetch(id);\n  return response.json();\n}\n`;
    const spot = { ...waiting(12), file: '/project/shop.mjs', callers: [{ function: '(top level)', file, line: 7, totalUs: second }] };
    const { advice } = say(
      REQUESTS.replace(/^async function[^}]*\}\n/, `import { price } from './shop.mjs';\n\n\n\n`),
      [spot],
      {},
      { '/project/shop.mjs': library },
    );
    assert.deepEqual(advice, [{ rule: 'overlap-awaits', line: 7, message: 'Run these 12 requests 8 at a time (≈N×)', available: true }]);
  });

  it('leaves a single wait alone', () =>
    assert.deepEqual(say(REQUESTS, [waiting(1)]).leftAlone, ['It waited for one request only: there is nothing to overlap it with.']));

  it('leaves waits alone that overlap already', () => {
    const source = `const prices = await Promise.all([1, 2].map(async (id) => {\n  const response = await fetch(id);\n  return response;\n}));\n`;
    const spot = hotSpot(
      '(anonymous)',
      1,
      { awaitSerialUs: 0.8 * second },
      { operations: [operation('fetch', 2, 2, { awaitSerialUs: 0.8 * second })] },
    );
    assert.deepEqual(say(source, [spot]), { advice: [], leftAlone: ['The calls in line 1 run at the same time already.'] });
  });

  it('says what ties the rounds together', () => {
    const source = `let page = 'first';\nwhile (page) {\n  page = await fetch(page);\n}\n`;
    const spot = hotSpot(
      '(top level)',
      1,
      { awaitSerialUs: 0.8 * second },
      { operations: [operation('fetch', 3, 9, { awaitSerialUs: 0.8 * second })] },
    );
    assert.deepEqual(say(source, [spot]), {
      advice: [],
      leftAlone: ['The `while` loop in line 2 decides after each round whether to go on, so its rounds must run in order.'],
    });
  });

  it('adds up what neighbours waited', () => {
    const source = `async function a() {\n  await fetch('a');\n}\nasync function b() {\n  await fetch('b');\n}\nconst first = await a();\nconst second = await b();\n`;
    const spots = ['a', 'b'].map((name, index) =>
      hotSpot(
        name,
        1 + 3 * index,
        { awaitSerialUs: 0.4 * second },
        { operations: [operation('fetch', 2 + 3 * index, 1, { awaitSerialUs: 0.4 * second })] },
      ),
    );
    const { advice } = say(source, spots);
    assert.deepEqual(advice, [{ rule: 'overlap-awaits', line: 7, message: 'Await these 2 together (≈N×)', available: true }]);
  });
});

const HASHES = `import { pbkdf2Sync } from 'node:crypto';
function hashAll(words) {
  return words.map((word) => pbkdf2Sync(word, 'salt', 100000, 32, 'sha512'));
}
console.log(hashAll(['a', 'b']).length);
`;

describe('prefer-async-api', () => {
  const hashing = (calls: number): HotSpot =>
    hotSpot(
      'hashAll',
      2,
      { nativeCpuUs: 0.9 * second },
      { operations: [operation('crypto.pbkdf2Sync', 3, calls, { nativeCpuUs: 0.9 * second })] },
    );

  it('takes native computing to the thread pool', () =>
    assert.deepEqual(say(HASHES, [hashing(20)]).advice, [
      { rule: 'prefer-async-api', line: 3, message: 'Make hashAll asynchronous, 8 calls at a time (≈N×)', available: true },
    ]));

  it('gives the advice and the reason where only the edit is refused', () => {
    const { advice } = say(`${HASHES}export const all = [hashAll];\n`, [hashing(20)]);
    assert.equal(advice[0]?.available, false);
  });

  it('lets requests that wait for each other go on, in a server', () => {
    const source = `import { pbkdf2Sync } from 'node:crypto';\nimport express from 'express';\nconst app = express();\napp.get('/login', (request, response) => {\n  response.send(pbkdf2Sync('a', 'b', 1e5, 32, 'sha512'));\n});\n`;
    const costs = { nativeCpuUs: 0.9 * second };
    const spot = hotSpot('(anonymous)', 4, costs, { operations: [operation('crypto.pbkdf2Sync', 5, 200, costs)] });
    const { advice } = say(source, [spot], { served: { requests: 210, atOnce: 7.6 } });
    assert.deepEqual(
      advice.map(({ message, available }) => [message.replace(/[\d.]+ ms/, 'N ms'), available]),
      [['Make this call asynchronous: each call lets all other requests wait for up to N ms (≈N×)', true]],
    );
    for (const served of [
      { requests: 210, atOnce: 1 },
      { requests: 9000, atOnce: 7.6 },
    ])
      assert.match(say(source, [spot], { served }).advice[0]?.message ?? '', /stops everything else/);
  });

  it('leaves small cached reads alone', () => {
    const source = `import { readFileSync } from 'node:fs';\nfor (const name of ['a', 'b']) console.log(readFileSync(name));\n`;
    const spot = hotSpot(
      '(top level)',
      1,
      { nativeCpuUs: 0.3 * second },
      { operations: [operation('fs.readFileSync', 2, 3000, { nativeCpuUs: 0.3 * second })] },
    );
    assert.match(say(source, [spot]).leftAlone[0] ?? '', /×3000 takes <?0\.1 ms a call from the system's cache/);
  });

  it('leaves a straight line alone while nothing else could run', () => {
    const source = `import { execSync } from 'node:child_process';\nconsole.log(execSync('make').toString());\n`;
    const spot = hotSpot(
      '(top level)',
      1,
      { blockedUs: 0.9 * second },
      { operations: [operation('child_process.execSync', 2, 1, { blockedUs: 0.9 * second })] },
    );
    assert.deepEqual(say(source, [spot]), {
      advice: [],
      leftAlone: ['`child_process.execSync` blocks, but nothing else was waiting to run, so an asynchronous call would gain nothing.'],
    });
  });

  it('prices the loop that drives a call from another file', (test) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-advise-')));
    test.after(() => rmSync(folder, { recursive: true }));
    const store = join(folder, 'store.mjs');
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    writeFileSync(
      store,
      `import { execSync } from 'node:child_process';\nexport function ask(name) {\n  return execSync('ask ' + name);\n}\n`,
    );
    const given = (loop: string): string => {
      writeFileSync(join(folder, 'main.mjs'), `import { ask } from './store.mjs';\nconst found = [];\n${loop}\n`);
      const operations = [operation('child_process.execSync', 3, 20, { blockedUs: 0.9 * second })];
      const spot = hotSpot('ask', 2, { blockedUs: 0.9 * second }, { file: store, operations });
      const [advice] = decided('', [spot], { read: (name) => (existsSync(name) ? readFileSync(name, 'utf8') : null) }).advice;
      return advice === undefined ? '' : advice.message.replace(/\d+\.\d×/, 'N×');
    };
    assert.equal(
      given('for (const name of process.argv) found.push(String(ask(name)));'),
      'Make ask asynchronous, 8 calls at a time (≈N×)',
    );
    assert.equal(given('let last = "a";\nfor (let at = 0; at < 20; at++) last = String(ask(last));'), '', 'each call needs the one before');
  });

  it('takes for other work only what the same thread had under way while it was blocked', () => {
    const source = `import { execSync } from 'node:child_process';\nsetInterval(() => {}, 50);\nconsole.log(execSync('make').toString());\n`;
    const advised = (more: Partial<SiteOperations>): number => {
      const operations = [
        operation('child_process.execSync', 3, 1, { blockedUs: 0.5 * second }),
        operation('setTimeout', 2, 9, { awaitSerialUs: 0.1 * second }, { maxUs: 0.55 * second, longestWaitUs: 0.05 * second, ...more }),
      ];
      return say(source, [hotSpot('(top level)', 1, { blockedUs: 0.5 * second, awaitSerialUs: 0.1 * second }, { operations })]).advice
        .length;
    };
    assert.equal(advised({}), 1);
    assert.equal(advised({ lanes: ['child'] }), 0, 'a timer of a child process');
    assert.equal(advised({ maxUs: 0.05 * second }), 0, 'what was waited for all the time, before or after the call');
  });

  it('frees the event loop of a server, and says that this is all', () => {
    const source = `import { createServer } from 'node:http';\nimport { scryptSync } from 'node:crypto';\ncreateServer((request, response) => {\n  response.end(scryptSync('word', 'salt', 64));\n}).listen(0);\n`;
    const spot = hotSpot(
      '(anonymous)',
      3,
      { nativeCpuUs: 0.5 * second },
      { operations: [operation('crypto.scryptSync', 4, 10, { nativeCpuUs: 0.5 * second })] },
    );
    const { advice } = say(source, [spot]);
    assert.deepEqual(advice, [
      {
        rule: 'prefer-async-api',
        line: 4,
        message: 'Make this call asynchronous: it stops everything else for 50 ms at a time (≈1×, other work goes on)',
        available: true,
      },
    ]);
  });

  it('points to a dependency that makes the call', () => {
    const source = `import glob from 'glob';\nconsole.log(glob('*'));\n`;
    const spot = hotSpot(
      '(top level)',
      1,
      { blockedUs: 0.5 * second },
      { operations: [operation('fs.readdirSync', 2, 3, { blockedUs: 0.5 * second })] },
    );
    assert.deepEqual(say(source, [spot]).leftAlone, [
      '`fs.readdirSync` is called inside a dependency or another file from line 2: look for an asynchronous function there.',
    ]);
  });
});

const DRAWING = `function draw(frame) {
  return inner(frame) + 1;
}
function inner(frame) {
  let sum = 0;
  for (let i = 0; i < 1e6; i++) sum += frame;
  return sum;
}
const pictures = [1, 2, 3].map((frame) => draw(frame));
`;

describe('move-to-worker', () => {
  const computing = (more: Partial<HotSpot> = {}): HotSpot => hotSpot('inner', 4, { jsCpuUs: 0.9 * second }, more);

  it('moves the largest piece that is as pure', () =>
    assert.deepEqual(say(DRAWING, [computing()]).advice, [
      { rule: 'move-to-worker', line: 9, message: 'Move draw to a worker pool (≈N× on 4 cores)', available: true },
    ]));

  it('leaves to others what waits for longer than it computes, and says of what waits less that its computing holds the thread', () => {
    const waiting = (awaitSerialUs: number): HotSpot => hotSpot('inner', 4, { jsCpuUs: 0.9 * second, awaitSerialUs });
    const rules = (spot: HotSpot): string[] => say(DRAWING, [spot]).advice.map(({ rule }) => rule);
    assert.deepEqual([rules(waiting(second)), rules(waiting(0.1 * second))], [[], ['move-to-worker']]);
    assert.match(decided(DRAWING, [waiting(0.1 * second)]).advice[0]!.why, /as its computing holds the thread/);
    assert.match(decided(DRAWING, [waiting(0)]).advice[0]!.why, /as it never waits/);
  });

  it('names what keeps the function where it is', () => {
    const { advice } = say(`let shade = 1;\nshade += 1;\n${DRAWING.replace('+ 1', '+ shade')}`, [
      hotSpot('draw', 3, { jsCpuUs: 0.9 * second }),
    ]);
    assert.deepEqual(advice, [
      { rule: 'move-to-worker', line: 11, message: 'Move draw to a worker pool (≈N× on 4 cores)', available: false },
    ]);
  });

  it('says what a method uses of its object', () => {
    const said = (body: string): string => {
      const source = `class Picture {\n  shade(x) {\n    ${body}\n  }\n}\nconst picture = new Picture();\nfor (let x = 0; x < 9; x++) console.log(picture.shade(x));\n`;
      return say(source, [hotSpot('shade', 2, { jsCpuUs: 0.9 * second }, { column: 8 })]).leftAlone.join(' ');
    };
    assert.match(said('return x ** 2;'), /shade is a method that uses nothing of its object: as a function at the top level of its file/);
    assert.match(
      said('return x * this.width + this.height;'),
      /reads `this\.width` and `this\.height` of its object: as a function that is given them/,
    );
    assert.match(said('return (this.last = x);'), /changes `this\.last` in line 3/);
    assert.match(said('return this.light(x) ** 2;'), /calls `this\.light` in line 3/);
  });

  it('leaves alone what must run in order', () => {
    const source = `function step(state) {\n  state.value = state.value * 31 + 7;\n}\nconst state = { value: 1 };\nfor (let i = 0; i < 1e6; i++) {\n  step(state);\n}\n`;
    const { advice, leftAlone } = say(source, [hotSpot('step', 1, { jsCpuUs: 0.9 * second })]);
    assert.deepEqual(advice, []);
    assert.match(leftAlone[0] ?? '', /^It computes, and no way was found to share its work among cores\. The rounds of the loop in line 5/);
  });

  it('leaves calls alone that are shorter than the copy of their arguments', () => {
    const source = `function draw(frame) {\n  return frame + 1;\n}\nfor (const frame of [1, 2]) {\n  const picture = draw(frame);\n  console.log(picture);\n}\n`;
    const { leftAlone } = say(source, [hotSpot('draw', 1, { jsCpuUs: 0.9 * second }, { calls: 1_000_000 })]);
    assert.match(leftAlone[0] ?? '', /copying its arguments to a worker would take longer/);
  });

  it('knows how often a call is made where the text tells', () => {
    const source = `function weigh(word) {\n  let sum = 0;\n  for (const letter of word) sum += letter.length;\n  return sum;\n}\nfunction all(rounds) {\n  const sums = [];\n  for (let i = 0; i < rounds * 2; i++) {\n    const sum = weigh(String(i));\n    sums.push(sum);\n  }\n  return sums;\n}\nconsole.log(all(ROUNDS).length);\n`;
    const spot = hotSpot('weigh', 1, { jsCpuUs: 0.9 * second });
    const { advice, leftAlone } = say(source.replace('ROUNDS', '1_000_000'), [spot]);
    assert.deepEqual(
      advice.filter(({ rule }) => rule === 'move-to-worker'),
      [],
    );
    assert.match(
      leftAlone.join(),
      /^$|weigh is called up to 2000000 times, so that a call may take no more than .* Count its calls to know/,
    );
    assert.match(
      say(source.replace('ROUNDS', '5'), [spot])
        .advice.map(({ message }) => message)
        .join(),
      /^Move weigh to a worker pool \(≈N× on 4 cores\)$/,
    );
  });

  const UNKNOWN = `import { readFileSync } from 'node:fs';\nfunction weigh(word) {\n  let sum = 0;\n  for (const letter of word) sum += letter.length;\n  return sum;\n}\nconst words = readFileSync('words.txt', 'utf8').split(' ');\nconst sums = words.map((word) => weigh(word));\nconsole.log(sums);\n`;

  it('promises nothing where nothing tells how long a call takes', () => {
    const spot = hotSpot('weigh', 2, { jsCpuUs: 0.9 * second });
    const { advice } = say(UNKNOWN, [spot]);
    assert.deepEqual(
      advice.filter(({ rule }) => rule === 'move-to-worker').map(({ message }) => message.replace(/[\d.]+×/, 'N×')),
      ['Move weigh to a worker pool if a call takes long enough (up to N× on 4 cores; count its calls first)'],
    );
    const { predicted } = decided(UNKNOWN, [spot]).advice.find(({ rule }) => rule === 'move-to-worker')!;
    assert.ok(predicted.low < 0.9 && predicted.high > 1.5, JSON.stringify(predicted));
    assert.match(predictedGain({ model: 'worker-threads', predicted }), /^anything from 0\.\d× to \d\.\d×$/);
  });

  it('asks to count the calls of what is over at once', () => {
    const source = UNKNOWN.replace(
      / {2}let sum[^]*?return sum;/,
      '  const first = word.charCodeAt(0);\n  return Math.min(first * 31, 255);',
    );
    const { advice, leftAlone } = say(source, [hotSpot('weigh', 2, { jsCpuUs: 0.9 * second })]);
    assert.deepEqual(
      advice.filter(({ rule }) => rule === 'move-to-worker'),
      [],
    );
    assert.match(leftAlone.join(), /weigh has no loop, so that a call is likely over within microseconds/);
  });

  const cloned = (more: Partial<Cloning>): Cloning => ({
    ...{ sampledArguments: 9, sampledResults: 9, argumentBytes: 4_100_000, resultBytes: 12_000, transferableBytes: 0, obstacle: null },
    ...{ callerUs: 3_000, workerUs: 2_000 },
    ...more,
  });
  const drawing = (calls: number, cloning: Cloning): HotSpot[] => [hotSpot('draw', 1, { jsCpuUs: 0.9 * second }, { calls, cloning })];

  it('leaves calls alone that compute for less time than it takes to clone what they are given', () => {
    const { leftAlone } = say(DRAWING.replace('inner(frame) + 1', 'frame + 1'), drawing(300, cloned({})));
    assert.deepEqual(leftAlone, [
      'draw takes 3.0 ms to compute a call and 5.0 ms to clone (4.1 MB of arguments and 12 kB of result): a worker would take longer.',
    ]);
  });

  it('says what need not be copied', () => {
    const { leftAlone } = say(DRAWING.replace('inner(frame) + 1', 'frame + 1'), drawing(300, cloned({ transferableBytes: 4_000_000 })));
    assert.match(leftAlone[0] ?? '', /4\.0 MB of it are array buffers: transferred or shared they would not be copied\.$/);
  });

  it('does not move what was seen to be given a thing that cannot be copied', () => {
    const obstacle = "its argument 1 (frame) holds a function (frame.paint), which can't be copied";
    const source = DRAWING.replace('inner(frame) + 1', 'frame + 1');
    const { advice } = say(source, drawing(100, cloned({ argumentBytes: null, callerUs: 0, workerUs: 0, obstacle })));
    assert.deepEqual(
      advice.map(({ available }) => available),
      [false],
    );
    assert.deepEqual(
      say(source, drawing(100, cloned({ callerUs: 10, workerUs: 10 }))).advice.map(({ available }) => available),
      [true],
    );
  });

  it('takes no time a call from a function that calls itself', () => {
    const source = `function fib(n) {\n  return n < 2 ? n : fib(n - 1) + fib(n - 2);\n}\nfor (const n of [30, 31, 32]) console.log(fib(n));\n`;
    const { leftAlone } = say(source, [hotSpot('fib', 1, { jsCpuUs: 0.9 * second }, { calls: 9_000_000 })]);
    assert.doesNotMatch(leftAlone.join(), /a call/);
  });

  it('expects little where the process is on all cores already', () => {
    const { leftAlone } = say(DRAWING, [computing()], { processCpuUs: 3.9 * second });
    assert.match(leftAlone[0] ?? '', /a worker pool would gain/);
  });

  it('leaves alone what computes in workers already', () => {
    const { advice, leftAlone } = say(
      `import { parentPort } from 'node:worker_threads';\nfunction draw(frame) {\n  return frame;\n}\nparentPort.on('message', (frames) => frames.map((frame) => draw(frame)));\n`,
      [hotSpot('draw', 2, { jsCpuUs: 0.9 * second })],
    );
    assert.deepEqual([advice, leftAlone], [[], ['It computes in worker threads already.']]);
  });

  it('has nothing to offer on one core', () => {
    const machine = { logicalCores: 1, physicalCores: 1, memoryBytes: 8e9, platform: 'linux', load: 0 };
    assert.deepEqual(say(DRAWING, [computing()], { machine }).advice, []);
  });
});

const PRIMES = `const primes = [];
for (let n = 2; n <= 1e6; n++) {
  let prime = true;
  for (let i = 2; i * i <= n; i++) if (n % i === 0) prime = false;
  if (prime) primes.push(n);
}
console.log(primes.length);
`;

describe('parallelize-loop', () => {
  const lines = (...some: [number, number][]): Partial<HotSpot> => ({
    lines: some.map(([line, share]) => ({ line, time: time({ jsCpuUs: share * second }) })),
  });
  const top = (more: Partial<HotSpot> = lines([4, 0.8], [5, 0.1])): HotSpot => hotSpot('(top level)', 1, { jsCpuUs: 0.9 * second }, more);

  it('takes a loop at the top level whose body is the hot code', () =>
    assert.deepEqual(say(PRIMES, [top()]), {
      advice: [{ rule: 'parallelize-loop', line: 2, message: 'Run the rounds of the loop in line 2 on 4 cores (≈N×)', available: true }],
      leftAlone: [],
    }));

  it('offers to share the typed arrays that it would copy', () => {
    const source = `const table = new Float64Array(1e6);\nfor (let i = 0; i < table.length; i++) table[i] = i;\nconst found = [];\nfor (let i = 0; i < 1e6; i++) {\n  let sum = 0;\n  for (let k = 0; k < 100; k++) sum += table[(i * k) % 1e6];\n  found.push(sum);\n}\nconsole.log(found.length);\n`;
    const choicesOf = (text: string): unknown => {
      const { refactor } = decided(text, [top(lines([6, 0.9]))]).advice[0]!;
      return refactor.available && refactor.choices;
    };
    assert.deepEqual(choicesOf(source), [{ id: 'shared-memory', available: true, safety: 'safe' }]);
    assert.deepEqual(choicesOf(`${source}structuredClone(table);\n`), [
      {
        id: 'shared-memory',
        available: false,
        reason:
          "`table` can't be made over shared memory: line 10 hands it to `structuredClone`, which may do something else with shared memory.",
      },
    ]);
    assert.equal(choicesOf(source.replaceAll('new Float64Array(1e6)', 'Array(1e6).fill(0)')), undefined);
  });

  it('takes the loop of a function that is called once', () => {
    const source = `function primesUpTo(limit) {\n${PRIMES.replaceAll('1e6', 'limit').replace('console.log(primes.length)', 'return primes')}}\nconsole.log(primesUpTo(1e6));\n`;
    const spot = hotSpot('primesUpTo', 1, { jsCpuUs: 0.9 * second }, lines([5, 0.9]));
    assert.deepEqual(
      say(source, [spot]).advice.map(({ rule, line, available }) => [rule, line, available]),
      [['parallelize-loop', 3, true]],
    );
    assert.match(say(source, [{ ...spot, calls: 100 }]).leftAlone.join(' '), /The loop in line 3 takes 9\.0 ms each time/);
  });

  it('leaves a function that is driven to move-to-worker', () =>
    assert.deepEqual(
      say(DRAWING, [hotSpot('inner', 4, { jsCpuUs: 0.9 * second }, lines([6, 0.9]))]).advice.map(({ rule }) => rule),
      ['move-to-worker'],
    ));

  it('runs the rounds around a call that is too short for a worker', () => {
    const source = `function escape(x, y) {\n  return Math.hypot(x, y) % 7;\n}\nconst sums = [];\nfor (let y = 0; y < 1000; y++) {\n  let sum = 0;\n  for (let x = 0; x < 1000; x++) sum += escape(x, y);\n  sums.push(sum);\n}\nconsole.log(sums);\n`;
    const spot = hotSpot('escape', 1, { jsCpuUs: 0.9 * second }, { calls: 1_000_000 });
    assert.deepEqual(say(source, [spot]).advice, [
      { rule: 'parallelize-loop', line: 5, message: 'Run the rounds of the loop in line 5 on 4 cores (≈N×)', available: true },
    ]);
  });

  it('does not count to the rounds what makes what they go through', () => {
    const source = `import { readFileSync } from 'node:fs';\nlet failed = 0;\nfor (const line of readFileSync('log', 'utf8').split('\\n')) {\n  if (line.endsWith('500')) failed++;\n}\nconsole.log(failed);\n`;
    const said = (more: Partial<HotSpot>): string[] => say(source, [top(more)]).advice.map(({ rule }) => rule);
    assert.deepEqual(said(lines([3, 0.87], [4, 0.03])), []);
    assert.deepEqual(said(lines([3, 0.2], [4, 0.7])), ['parallelize-loop']);
  });

  it('takes the function of a map for the body of its rounds', () => {
    const source = `import { parse } from 'acorn';\nconst texts = ['a', 'b'];\nconst sizes = texts.map((text) => {\n  return JSON.stringify(parse(text)).length;\n});\nconsole.log(sizes);\n`;
    const spot = hotSpot('texts.map callback', 3, { jsCpuUs: 0.9 * second }, { ...lines([4, 0.9]), column: 26 });
    assert.deepEqual(
      say(source, [spot]).advice.map(({ rule, line, available }) => [rule, line, available]),
      [['parallelize-loop', 3, true]],
    );
  });

  it('says what ties the rounds together, and in which line', () => {
    const source = `let value = 1;\nfor (let i = 0; i < 1e9; i++) {\n  value = (value * 31 + i) % 1009;\n}\nconsole.log(value);\n`;
    assert.deepEqual(say(source, [top(lines([3, 0.9]))]), {
      advice: [],
      leftAlone: [
        "The rounds of the loop in line 2 can't run on several cores: each changes `value` (line 3), which the next one may look at.",
      ],
    });
  });

  it('does not hand out a loop anew in each of many rounds', () => {
    const source = `let row = [1, 2, 3];\nfor (let i = 0; i < 1e6; i++) {\n  const next = [];\n  for (const x of row) next.push(x * 2 % 7);\n  row = next;\n}\nconsole.log(row);\n`;
    assert.match(
      say(source, [top(lines([4, 0.9]))]).leftAlone[0] ?? '',
      /each changes `row` .* The loop in line 4 takes <0\.1 ms each time/,
    );
    const unknown = source.replace('1e6', 'Number(process.argv[2])');
    assert.match(
      say(unknown, [top(lines([4, 0.9]))]).leftAlone[0] ?? '',
      /The loop in line 4 could run on several cores, but would be handed out anew/,
    );
    const few = source.replace('i < 1e6', 'i < 3');
    assert.deepEqual(
      say(few, [top(lines([4, 0.9]))]).advice.map(({ line }) => line),
      [4],
    );
  });

  it('holds what is cloned for the threads against what the rounds compute', () => {
    const source = `function weigh(rows, table) {\n  const weights = [];\n  for (const row of rows) {\n    let sum = 0;\n    for (const cell of table) sum += cell * row;\n    weights.push(sum);\n  }\n  return weights;\n}\nconsole.log(weigh([1], [2]));\n`;
    const cloning: Cloning = {
      ...{ sampledArguments: 9, sampledResults: 9, argumentBytes: 81_000_000, resultBytes: 12_000, transferableBytes: 0, obstacle: null },
      ...{ callerUs: 100_000, workerUs: 80_000 },
    };
    const spot = hotSpot('weigh', 1, { jsCpuUs: 0.9 * second }, { ...lines([5, 0.9]), calls: 2, cloning });
    assert.deepEqual(say(source, [spot]).leftAlone, [
      'The loop in line 3 takes 450 ms each time, and 720 ms to clone what its rounds need for 4 threads (81 MB of arguments and 12 kB of result): workers would take longer.',
    ]);
  });

  it('says so where no loop is to blame', () =>
    assert.deepEqual(say('console.log(JSON.stringify(globalThis));\n', [top(lines([1, 0.9]))]).leftAlone, [
      'It computes at the top level, outside of any loop whose rounds could run on other cores.',
    ]));
});

describe('move-to-process', () => {
  const zones = `function hourIn(zone) {\n  process.env.TZ = zone;\n  return new Date(0).getHours();\n}\nconsole.log(['UTC', 'Asia/Tokyo'].map((zone) => hourIn(zone)));\n`;

  it('takes to processes what threads share', () => {
    const { advice } = decided(zones, [hotSpot('hourIn', 1, { jsCpuUs: 0.9 * second })]);
    const processes = advice.find(({ rule }) => rule === 'move-to-process')!;
    assert.deepEqual([processes.model, processes.line, processes.refactor], ['child-processes', 5, { available: true, safety: 'review' }]);
    assert.match(processes.why, /line 2 changes `process\.env`, of which each thread has a copy/);
    assert.match(processes.predicted.basis, /a process takes 95 ms to start/);
    assert.deepEqual(
      advice.filter(({ rule, refactor }) => rule === 'move-to-worker' && refactor.available),
      [],
    );
  });

  const server = `import { createServer } from 'node:http';\nconst server = createServer((request, response) => {\n  response.end(render(request.url));\n});\nfunction render(url) {\n  return url.repeat(9);\n}\nserver.listen(80);\n`;
  const busy = { serving: true, utilisation: 0.97, requests: 420, blockages: [] };
  const clusters = (source: string, eventLoop: AdviceContext['eventLoop']): ReturnType<typeof decided>['advice'] =>
    decided(source, [hotSpot('render', 5, { jsCpuUs: 0.9 * second })], { eventLoop }).advice.filter(
      ({ rule }) => rule === 'move-to-process',
    );

  it('advises a process for each core where the one thread is full', () => {
    const [advice] = clusters(server, busy);
    assert.match(advice?.message ?? '', /^Serve with a process for each of 4 cores \(node:cluster\): ≈3\.\d× the requests a second$/);
    assert.equal(advice?.line, 8);
    assert.match(
      advice.predicted.basis,
      /^420 requests a second, with the one thread busy for 97 % of the time; .* so at most 4\.0× the requests a second$/,
    );
    assert.deepEqual(advice.refactor, { available: true, safety: 'review' });
  });

  it('names what requests share', () => {
    const [advice] = clusters(
      server.replace('  return url', '  seen.push(url);\n  return url').replace('const server', 'const seen = [];\nconst server'),
      busy,
    );
    const refactor = advice?.refactor;
    assert.match(refactor?.available === false ? refactor.reason : '', /^Requests share `seen`, which line 7 changes/);
  });

  it('leaves a server alone that has room, or few requests', () => {
    assert.deepEqual(clusters(server, { ...busy, utilisation: 0.5 }), []);
    assert.deepEqual(clusters(server, { ...busy, requests: 3 }), []);
  });
});

describe('yield-to-event-loop', () => {
  const source = `import { createServer } from 'node:http';\nconst seen = [];\nfunction score(text) {\n  let sum = 0;\n  for (const letter of text) {\n    sum = (sum * 31 + seen.length) % 1009;\n  }\n  return sum;\n}\ncreateServer((request, response) => {\n  seen.push(request.url);\n  response.end(String(score(request.url)));\n}).listen(0);\n`;
  const spot = hotSpot('score', 3, { jsCpuUs: 0.9 * second }, { lines: [{ line: 6, time: time({ jsCpuUs: 0.9 * second }) }] });
  const blocked = (us: number, more: Partial<NonNullable<AdviceContext['eventLoop']>> = {}): Partial<AdviceContext> => ({
    eventLoop: {
      ...{ serving: true, utilisation: 0.9, requests: 3 },
      blockages: [us, us / 2].map((one) => ({ function: 'score', file, line: 6, us: one, heldUp: 4 })),
      ...more,
    },
  });

  it('lets requests in during a loop that can not move', () => {
    const { advice } = decided(source, [spot], blocked(420_000));
    assert.deepEqual(
      advice.map(({ rule, line, message, refactor }) => [rule, line, message, refactor.available]),
      [
        [
          'yield-to-event-loop',
          5,
          'Let others have their turn during the loop in line 5: it holds the event loop for up to 420 ms (→ about 10 ms)',
          true,
        ],
      ],
    );
    assert.match(advice[0]!.why, /2 times for 10 ms or more, the longest for 420 ms, and requests had to wait for it 8 times/);
    assert.match(advice[0]!.predicted.basis, /others wait up to 10 ms and one round instead of up to 420 ms \(measured\)/);
  });

  it('says nothing where nobody waits, or not for long', () => {
    const quiet = { serving: false, blockages: [{ function: 'score', file, line: 6, us: 420_000, heldUp: 0 }] };
    assert.deepEqual(say(source, [spot], blocked(40_000)).advice, []);
    assert.deepEqual(say(source, [spot], blocked(420_000, quiet)).advice, []);
    assert.deepEqual(say(source, [spot]).advice, []);
  });

  it('says nothing of a loop that makes room already', () => {
    const patient = `import { setImmediate } from 'node:timers/promises';\n${source}`
      .replace('function score', 'async function score')
      .replace('    sum =', '    if (sum === 7) await setImmediate();\n    sum =');
    const later = hotSpot(
      'score',
      4,
      { jsCpuUs: 0.9 * second },
      { lines: [{ line: 8, time: time({ jsCpuUs: 0.9 * second }) }], column: 21 },
    );
    assert.deepEqual(say(patient, [later], blocked(420_000)).advice, []);
    assert.equal(say(patient.replace('await setImmediate()', 'sum++'), [later], blocked(420_000)).advice.length, 1);
  });

  it('says nothing of a loop whose rounds wait for something else', () => {
    const fetching = source.replace('function score', 'async function score').replace('    sum =', '    await fetch(text);\n    sum =');
    const lines = [{ line: 7, time: time({ jsCpuUs: 0.9 * second }) }];
    const spotOf = (awaitSerialUs: number): HotSpot => hotSpot('score', 3, { jsCpuUs: 0.9 * second, awaitSerialUs }, { lines, column: 21 });
    const rules = (spots: HotSpot[]): string[] => say(fetching, spots, blocked(420_000)).advice.map(({ rule }) => rule);
    assert.ok(!rules([spotOf(2 * second)]).includes('yield-to-event-loop'));
    assert.ok(rules([spotOf(0)]).includes('yield-to-event-loop'));
  });

  it('leaves to move-to-worker what can move', () =>
    assert.deepEqual(
      say(source.replace('seen.length', '7'), [spot], blocked(420_000)).advice.map(({ rule }) => rule),
      ['move-to-worker'],
    ));

  it('says why what a handler calls stays, where that is a function already', () => {
    const handler = hotSpot(
      'createServer callback',
      10,
      { jsCpuUs: 0.9 * second },
      { lines: [{ line: 12, time: time({ jsCpuUs: 0.9 * second }) }] },
    );
    assert.match(
      say(source, [{ ...handler, column: 14 }], blocked(50_000)).leftAlone.join(' '),
      /all requests wait for\. score can't move to a worker: it uses `seen`/,
    );
  });

  it('tells how a handler that computes by a package can move', () => {
    const page = `import { createServer } from 'node:http';\nimport { marked } from 'marked';\ncreateServer((request, response) => {\n  response.end(marked.parse(request.url));\n}).listen(0);\n`;
    const handler = hotSpot('(anonymous)', 3, { jsCpuUs: 0.9 * second }, { lines: [{ line: 4, time: time({ jsCpuUs: 0.9 * second }) }] });
    assert.match(
      say(page, [handler], blocked(50_000)).leftAlone[0] ?? '',
      /^It computes 300 ms a request on the thread that all requests wait for\. Put `marked\.parse\(request\.url\)` \(line 4\) into a function/,
    );
  });
});

describe('decisions', () => {
  it('leaves small functions alone and says how small', () =>
    assert.deepEqual(say(DRAWING, [hotSpot('inner', 4, { jsCpuUs: 0.03 * second })]), {
      advice: [],
      leftAlone: ['3.0 % of the run: below the 5.0 % that is worth a change.'],
    }));

  it('offers one change once, the best first', () => {
    const source = `${REQUESTS}${DRAWING}`;
    const spots = [
      hotSpot('price', 1, { awaitSerialUs: 0.3 * second }, { operations: [operation('fetch', 2, 12, { awaitSerialUs: 0.3 * second })] }),
      hotSpot('inner', 12, { jsCpuUs: 0.4 * second }),
      hotSpot('draw', 9, { jsCpuUs: 0.2 * second }),
    ];
    assert.deepEqual(
      say(source, spots).advice.map(({ rule }) => rule),
      ['move-to-worker', 'overlap-awaits'],
    );
  });

  it('survives sources that are gone, broken or something else', () => {
    const spots = [
      hotSpot('inner', 4, { jsCpuUs: 0.9 * second }),
      hotSpot('price', 1, { awaitSerialUs: 0.5 * second }, { operations: [operation('fetch', 2, 12, { awaitSerialUs: 0.5 * second })] }),
    ];
    for (const source of ['', '}}}', 'not { javascript', '\0\0', '// nothing here'])
      assert.deepEqual(say(source, spots).advice, [], source);
    assert.deepEqual(say('', spots, { read: () => null }).advice, []);
  });
});
