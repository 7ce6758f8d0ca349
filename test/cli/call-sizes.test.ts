import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { cloningOf } from '../../src/core/profile/cloning.ts';
import type { Cloning } from '../../src/core/profile/hot-spots.ts';
import type { Recording } from '../../src/core/recording.ts';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';

/** Functions of every kind, which note what they saw: both runs must have seen the same. `$` stands where TypeScript has a type. */
const FUNCTIONS = `
const seen$list = [];
const burn = (ms$number) => { const until = performance.now() + ms; while (performance.now() < until); };
let read = 0;
function plain(page$any, rows$any) { burn(6); seen.push(arguments.length, new Error().stack.split('\\n')[1].trim()); return { page, rows }; }
const pattern = ({ width, height }$any, depth = 8) => { burn(6); return new Uint8Array(width * height * depth); };
class Sheet {
  fill(row$any) { burn(6); return this.half(row); }
  half(row$any) { return { row, paint: () => row }; }
}
async function later(list$any, store$any) { await null; burn(6); return list.length; }
function watched(options$any) { burn(6); return 1; }
function throwing(k$number) { burn(6); try { if (k % 2) throw new Error('odd ' + k); return k; } finally { seen.push(k); } }
function* each(n$number) { for (let i = 0; i < n; i++) { burn(2); yield i; } }
function deep(n$number)$any { burn(0.6); return n === 0 ? 'x' : deep(n - 1) + 'x'; }
async function main() {
  const sheet = new Sheet();
  const store = { sockets: [{ write() {} }] };
  const rows = Array.from({ length: 1000 }, (_, id) => ({ id }));
  for (let i = 0; i < 12; i++) {
    plain(i, rows);
    seen.push(pattern({ width: 100, height: 100 }).length);
    sheet.fill({ i });
    seen.push(await later([i], store));
    watched({ get cost() { read++; return 1; } });
    try { throwing(i); } catch (error$any) { seen.push(error.message); }
    seen.push(...each(3), deep(9));
  }
  debugger;
  (await import('node:fs')).appendFileSync(process.argv[2]!, JSON.stringify([seen, read]) + '\\n');
}
`;
const JAVASCRIPT = FUNCTIONS.replaceAll(/\$(?:list|any|number)/g, '').replace(']!', ']');
const TYPESCRIPT = FUNCTIONS.replaceAll('$list', ': any[]').replaceAll(/\$(any|number)/g, ': $1');

const PROGRAMS: { file: string; text: string; from: number }[] = [
  { file: 'program.mjs', text: `${JAVASCRIPT}await main();\n`, from: 20 },
  { file: 'program.cjs', text: `${JAVASCRIPT}main();\n`, from: 20 },
  { file: 'stripped/program.mts', text: `${TYPESCRIPT}await main();\nexport {};\n`, from: 24 },
  { file: 'tsx/program.mts', text: `enum Kind { One }\n${TYPESCRIPT}await main();\nexport default Kind;\n`, from: 20 },
];

describe('sizes of arguments and results', () => {
  let place: Place;
  before(() => {
    place = new Place();
    mkdirSync(place.path('tsx/node_modules'), { recursive: true });
    symlinkSync(resolve('node_modules/tsx'), place.path('tsx/node_modules/tsx'), 'dir');
    for (const { file, text } of PROGRAMS) place.write(file, text);
  });
  afterEach(() => {
    rmSync(join(place.temporary, 'saved'), { recursive: true, force: true });
    for (const name of readdirSync(place.temporary).filter((one) => one.endsWith('.txt'))) rmSync(join(place.temporary, name));
    place.assertNoTraces();
  });
  after(() => place.remove());

  for (const { major, path } of supportedNodes())
    for (const { file } of PROGRAMS.filter(({ from }) => major >= from))
      it(`are sampled in a run that goes as the first one did: ${file} (node ${major})`, async () => {
        const trace = join(place.temporary, `${major}-${basename(dirname(place.path(file)))}-${basename(file)}.txt`);
        const saved = join(place.temporary, 'saved');
        const { code, stderr } = await place.run(['advise', '--count-calls', '--save', saved, '--node', path, file, trace]);
        assert.equal(code, 0, stderr);
        const { callSizes, calls } = JSON.parse(readFileSync(join(saved, 'recording.json'), 'utf8')) as Recording;
        const found = new Map(callSizes!.map((sizes) => [sizes.parameters.join(), cloningOf(sizes)]));
        const sizesOf = (parameters: string): Cloning => {
          const sizes = found.get(parameters);
          assert.ok(sizes, `${parameters} of ${[...found.keys()].join(' ')}`);
          return sizes;
        };
        const large = (parameters: string): [boolean, boolean] => {
          const { argumentBytes, resultBytes } = sizesOf(parameters);
          return [(argumentBytes ?? 0) > 5000, (resultBytes ?? 0) > 5000];
        };
        assert.deepEqual(large('page,rows'), [true, true]);
        assert.deepEqual(large(',depth'), [false, true]);
        assert.equal(sizesOf(',depth').transferableBytes, 80_000);
        assert.equal(sizesOf('row').obstacle, "its result holds a function (….paint), which can't be copied");
        assert.equal(
          sizesOf('list,store').obstacle,
          "its argument 2 (store) holds a function (store.sockets[0].write), which can't be copied",
        );
        assert.ok(sizesOf('list,store').resultBytes! < 20);
        assert.deepEqual([sizesOf('options').argumentBytes, sizesOf('options').obstacle], [null, null]);
        assert.ok(sizesOf('k').argumentBytes! < 20);
        const counted = new Map(calls!.scripts.flatMap(({ functions }) => functions.map((one) => [one.name, one.calls])));
        assert.deepEqual([counted.get('plain'), counted.get('deep'), counted.get('each')], [12, 120, 12]);
        const [first, second, ...more] = readFileSync(trace, 'utf8').trim().split('\n');
        assert.ok(second === first && more.length === 0, 'the second run did not go as the first one');
      });

  for (const { major, path } of supportedNodes())
    it(`are asked for together with whether they come again (node ${major})`, async () => {
      const program = place.write(
        'again.mjs',
        `const burn = () => { for (let i = 0; i < 5000; i++) Math.sqrt(i); };
function ofFew(name) { burn(); return name.length; }
function ofMany(number) { burn(); return number; }
function ofObjects(one) { burn(); return one; }
for (let i = 0; i < 6000; i++) { ofFew('name ' + (i % 5)); ofMany(i); ofObjects({ i }); }
`,
      );
      const saved = join(place.temporary, 'saved');
      const { code, stderr } = await place.run(['advise', '--count-calls', '--save', saved, '--node', path, program]);
      assert.equal(code, 0, stderr);
      const { callSizes } = JSON.parse(readFileSync(join(saved, 'recording.json'), 'utf8')) as Recording;
      const again = Object.fromEntries(callSizes!.map((sizes) => [sizes.parameters.join(), sizes.again]));
      const { name, number, one } = again;
      assert.ok(name && name.again > 0 && name.calls - name.again <= 5, JSON.stringify(again));
      assert.deepEqual([number?.again, number?.byReference], [0, 0]);
      assert.equal(one?.byReference, one?.calls);
    });

  it('do not hold up a function that is called all the time, or one that never returns in time', async () => {
    place.write(
      'busy.mjs',
      `const step = (n) => Math.sqrt(n) + 1;
function forever() { let sum = 0; const until = performance.now() + 400; while (performance.now() < until) for (let i = 0; i < 1000; i++) sum = step(sum); return sum; }
forever();
`,
    );
    const { report } = await place.advise(['--count-calls', 'busy.mjs']);
    const forever = report.hotSpots.find((spot) => spot.function === 'forever');
    assert.equal(forever?.calls, 1);
    assert.ok(forever.callSizes!.samples >= 1);
  });
});
