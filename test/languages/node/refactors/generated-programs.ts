import fc from 'fast-check';

/** A program of one or several files, in which calls of a blocking function stand in many syntactic positions. */
export interface Program {
  files: Record<string, string>;
  /** The file that is run. */
  main: string;
  /** The file and the text of the line that the refactor begins at. */
  spot: { file: string; at: string };
}

/** Expressions of a number that call a function `F` with what `X` stands for: a variable, or another of these. */
const EXPRESSIONS = [
  'F(X)',
  'F(X) + 1',
  '-F(X)',
  '2 * F(X) - F(X + 1)',
  'F(F(X) % 5)',
  '(F(X), F(X + 2))',
  '(F(X) > 20 ? F(1) : F(2))',
  '(F(X) && F(2))',
  '(F(X) % 2 || F(3))',
  '(F(X) ?? 1)',
  'F(X) ** 2',
  '`${F(X)}`.length',
  'Number(String(F(X)).at(-1))',
  '[F(X), F(X + 1)][1]',
  '[...[F(X)], 1].length',
  '({ a: F(X), ...{ b: 2 } }).a',
  '(() => F(X))()',
  '((y) => { return F(y); })(X)',
  'F.call(null, X)',
  'F.apply(null, [X])',
  'F?.(X)',
  'Math.max(F(X), F(1))',
  'JSON.parse(`{"v":${F(X)}}`).v',
  '[1, 2, 3].map((y) => F(y + X))[1]',
  '[1, 2, 3].map((y, i) => F(y) + i).reduce((a, b) => a + b, 0)',
  '[3, 1, 2].filter((y) => F(y) % 2 === 0).length',
  '[1, 2, 3].some((y) => F(y) > 20)',
  '[1, 2, 3].every((y) => F(y + X) > 20)',
  '([1, 2, 3].find((y) => F(y) % 2) ?? 9)',
  '[1, 2, 3].findIndex((y) => F(y) > 100)',
  '[1, 2, 3].findLast((y) => F(y) > 0)',
  '[1, 2, 3].reduce((sum, y) => sum + F(y), X)',
  '[1, 2].reduceRight((sum, y) => sum * 2 + F(y), 0)',
  '[1, 2].flatMap((y) => [F(y), y]).length',
  'Array.from([1, 2], (y) => F(y))[0]',
  '[2, 1].map(F)[0]',
  '[1, 2].filter((y) => { console.log("f", y); return F(y) > 3; }).length',
  '[1, 2].map((y) => { console.log("m", y); return F(y); })[1]',
  'new Map([[1, F(X)]]).get(1)',
  '[[1, 2], [3]].map((ys) => ys.map((y) => F(y)).length).length',
  'typeof F(X) === "number" ? 1 : F(2)',
  '!F(X) + 1',
  '[2, 1].sort((a, b) => F(a) - F(b))[0]',
  '(X > 100 ? null : { f: (y) => F(y) })?.f(X)',
  '[...(function* () { yield F(X); yield F(1); })()].length',
  '((y, z = F(y)) => z + y)(X)',
  '(({ a = F(X) }) => a)({})',
  '[[F(X)]].map(([y = F(1)]) => y)[0]',
  'F(X) in { 21: 1 } ? 1 : F(2)',
  '(delete [F(X)][0], F(1))',
  '(void F(X), 3)',
  '[, F(X), ,].length',
  'Object.entries({ [F(X)]: F(1) })[0].join("").length',
  '((...ys) => ys.length)(...[F(X), 2], F(1))',
  'String.raw`a${F(X)}b`.length',
  'new (class { constructor(y) { this.nv = F(y); } })(X).nv',
];

/** Statements that set `r` by `F` and `X`. */
const STATEMENTS = [
  'for (const y of [1, 2, X]) r += F(y);',
  'for (let i = 0; i < 3; i++) { if (i === 1) continue; r += F(i); }',
  'let n = 0; while (F(n) < 40 && n < 5) n++; r += n;',
  'let n = 0; do { n += 1 + (F(n) % 3 === 1); } while (n < 3 && F(n) > 0); r += n;',
  'try { r += F(X); if (r > 0) throw new Error("e" + F(1)); } catch (error) { r += error.message.length; } finally { console.log("finally", F(2)); }',
  'switch (F(X) % 3) { case F(1) % 3: r += 1; break; default: r += F(2); }',
  'if (F(X) > 22) r += F(1); else if (F(2)) r -= F(X);',
  'const { a = F(X), b: [c] } = { b: [F(1)] }; r += a + c;',
  'const list = []; [1, 2].forEach((y) => list.push(F(y))); r += list.join("").length;',
  '[1, 2].forEach((y) => { console.log("each", F(y)); });',
  '[1, 2].forEach(function (y) { if (y === 1) return; r += F(y); });',
  'const inner = (y) => F(y) + 1; r += inner(X) + inner(2);',
  'function deep(y) { return y <= 0 ? 0 : F(y) + deep(y - 1); } r += deep(2);',
  'const o = { m(y) { return F(y); }, n: (y) => F(y) }; r += o.m(X) + o.n(1);',
  'class C { k = 1; m(y) { return F(y) + this.k; } static s(y) { return F(y); } } const c = new C(); r += c.m(X) + C.s(1);',
  'class A { m(y) { return F(y); } } class B extends A { m(y) { return super.m(y) + 1; } } r += new B().m(X);',
  'function P() { this.k = 2; } P.prototype.m = function (y) { return F(y) + this.k; }; r += new P().m(X);',
  'const g = F; r += g(X);',
  'const bound = F.bind(null, X); r += bound();',
  'let total = 0; for (const y of [1, 2]) { total += F(y); console.log("total", total); } r += total;',
  'label: for (const y of [1, 2, 3]) { for (const z of [1, 2]) { if (F(z) > 22) continue label; r += F(y); } }',
  'const get = { get v() { return F(X); } }; r += get.v;',
  'const def = (y = F(X)) => y; r += def();',
  'function* gen() { yield F(X); yield F(1); } for (const y of gen()) r += y;',
  'const text = { toString() { return String(F(X)); } }; r += `${text}`.length;',
  'for (const key in { a: 1, b: 2 }) r += F(key.length);',
  'var hoisted = F(X); r += hoisted; { let hoisted2 = F(1); r += hoisted2; }',
  'r += [1, 2].map((y) => { r += y; return F(y); }).length;',
  'const late = (y, z = F(X), w = z + 1) => y + z + w; r += late(1) + late(1, 2);',
  'const part = ({ a = F(X), b = 2 } = {}) => a + b; r += part() + part({ a: 1 });',
  'function* gen2() { try { const z = yield F(X); console.log("sent", z); yield* [F(1), 2]; return F(2); } finally { console.log("closed"); } } function* outer() { const end = yield* gen2(); yield end; } r += [...outer()].join("").length; for (const y of gen2()) { r += y; break; }',
  'const counter = { n: 1, *list() { yield F(this.n); yield this.n++; } }; for (const y of counter.list()) { if (y < 3) continue; r += y + F(y); }',
  'function* gen3() { yield F(X); yield F(2); } const it = gen3(); r += it.next().value + Math.max(...gen3()) + new Set(gen3()).size + Array.from(gen3())[0];',
  'const maybe = X > 2 ? { f: (y) => ({ v: F(y) }) } : null; r += maybe?.f(X).v ?? 7;',
  'const shared = { n: 0 }; const bump = (y) => { shared.n += F(y); }; bump(X); bump(1); shared.n = shared.n + F(2); r += shared.n;',
  'class K1 { constructor(y) { this.kv = F(y); if (y > 1) return; this.kw = this.kv + 1; } } const k1 = new K1(1); r += k1.kv + k1.kw + [1, 2].map((y) => new K1(y).kv).length;',
  'class K2 { ka = 1; kf = F(X); kg = this.kf + this.ka; kh = () => this.kg; } r += new K2().kh() + Object.keys(new K2()).length;',
  'class K3 { kk = 1; get kp() { return F(X) + this.kk; } get kq() { return this.kp + 1; } } const k3 = new K3(); r += k3.kp + k3.kq;',
  'class K4 { total = 0; add(y) { this.total += F(y); return this; } } r += new K4().add(X).add(1).total;',
  'class K5 { constructor(ys) { this.all = ys.map((y) => F(y)); this.sum = 0; for (const y of ys) this.sum += F(y); } } r += new K5([1, X]).sum + new K5([]).all.length;',
  'class K6 { static of(y) { return new K6(y); } constructor(y = 1) { try { this.kz = F(y); } finally { this.end = 1; } } } r += K6.of(X).kz + new K6().end;',
  'const each2 = (fn) => { const first = fn(X); return first + fn(1); }; r += each2((y) => F(y)) + each2((y) => y);',
  'const maybe3 = (v, cb) => { if (v > 0 && cb) cb(v); console.log("after", v); return v; }; r += maybe3(X, (y) => { r += F(y); }) + maybe3(1);',
  'class H1 { run(fn, y) { try { return fn(y); } finally { this.done = 1; } } } r += new H1().run((y) => F(y) + 1, X);',
  'function apply2(fn, ...args) { return fn(...args); } r += apply2((y) => F(y), X) + apply2(F, 1);',
  'function times2(fn, n = 2) { return n === 0 ? 0 : fn(n) + times2(fn, n - 1); } r += times2((y) => F(y)) + times2((y) => y);',
  'const every2 = (list, fn) => list.map(fn).length + list.filter((y) => fn(y) > 3).length; r += every2([1, X], (y) => F(y));',
  'const outer2 = (fn) => inner2(fn, 1); const inner2 = (fn, y) => (fn(y) > 20 ? fn(2) : 0); r += outer2(F) + outer2((y) => F(y));',
  'const expects = (y) => { assert.throws(() => F(y) + missing, ReferenceError); assert.doesNotThrow(() => F(y)); console.log("checked", y); }; try { expects(X); expects(3); } catch (error) { r += error.message.length % 7; }',
  'let chosen = (y) => y; if (X > 1) chosen = F; r += chosen(X) + chosen(1);',
  'let chosen2; if (X > 2) chosen2 = F; else chosen2 = X > 1 ? (y) => F(y) + 1 : (y) => y; r += chosen2(X);',
  'const choose = (y) => (y > 1 ? F : (z) => z); r += choose(X)(1) + choose(1)(X);',
  'const readerOf = (y) => (z) => F(y + z); r += readerOf(X)(1) + [1, 2].map(readerOf(1)).length;',
  'function pick(y) { if (y > 1) return F; return function (z) { return F(z) - 1; }; } const picked = pick(X); r += picked(1) + pick(1)(2);',
  'const steps = [(y) => y + 1, F, (y) => y * 2]; for (const step of steps) r += step(X); r += steps.map((step) => step(1)).length + steps[1](2);',
  'r += [F, (y) => F(y) % 5].reduce((y, step) => step(y), X); [F].forEach((step) => { r += step(1); });',
  'const table = { a: (y) => F(y), b: (y) => y, c(y) { return F(y) + 1; }, d: F }; for (const key of ["a", "b", "c", "d"]) { r += table[key](X); console.log(key, r); }',
  'const table2 = { f: (y) => F(y) }; r += table2.f(X) + Object.values(table2)[0](1);',
  'const table3 = { f: (y) => F(y) }; const ask = (t, k) => t[k](1); r += table3.f(X) + ask({ ...table3 }, "f");',
  'const withDefault = (y, fn = F) => fn(y); r += withDefault(X) + withDefault(1, (y) => y);',
  'const inOptions = (y, { fn = F, plus = 1 } = {}) => fn(y) + plus; r += inOptions(X) + inOptions(1, { fn: (y) => y });',
  'const lists = { ys: X > 1 ? [1, 2] : undefined }; r += (lists.ys?.map((y) => F(y)) ?? [3]).length + (lists.ys?.some((y) => F(y) > 22) ? 1 : 2); lists.ys?.forEach((y) => { r += F(y); });',
  'let all = ""; const note = (y) => (all += F(y)); note(X); note(1); r += all.length;',
];

/** What statements `S` may stand in. */
const AROUND = [
  'S',
  'S',
  '{ S }',
  'if (x >= 0) { S } else r -= F(1);',
  'for (const q of [1, 2]) { S }',
  'let w = 0; while (w++ < 2) { S }',
  'try { S } catch (error) { r += error.message.length; } finally { r += 1; }',
  'try { r += F(1); } catch { r += 1; } S',
  'switch (1) { case 1: { S } }',
  '(() => { S })();',
  '[1, 2].forEach((q) => { S });',
  'const run = (x) => { S }; run(2); run(1);',
  'const box = { boxed(x) { S } }; box.boxed(2);',
  'class W { wrapped(x) { S } } new W().wrapped(1);',
  'function* gw(x) { S yield r; } for (const q of gw(1)) r += q % 7;',
  'class G2 { get gx() { S return r; } } r += new G2().gx % 5;',
  'class G { get gv() { S return r; } } const got = new G().gv; r += got % 5;',
  'class V { constructor(x) { S this.vr = r; } } const made = new V(2); r += made.vr % 5;',
];

/** What is called in the end: it reads, reads what may not be there, or writes. */
const FIRST = {
  reads: { api: 'readFileSync', lines: ['return readFileSync(new URL(`file:${DATA}/data${x % 3}.txt`), "utf8").length + x;'] },
  fails: { api: 'readFileSync', lines: ['return readFileSync(new URL(`file:${DATA}/data${x % 5}.txt`), "utf8").length + x;'] },
  exists: { api: 'existsSync', lines: ['return existsSync(new URL(`file:${DATA}/data${x % 5}.txt`)) ? 21 + x : 20 - x;'] },
  missing: {
    api: 'statSync',
    lines: ['return (statSync(new URL(`file:${DATA}/data${x % 5}.txt`), { throwIfNoEntry: false })?.size ?? 7) + x;'],
  },
  writes: { api: 'appendFileSync', lines: ['appendFileSync(OUT, `${x}\\n`);', 'return 20 + (x % 9);'] },
};

interface Step {
  body: string;
  isStatement: boolean;
  file: number;
  style: number;
}

const expressions: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...EXPRESSIONS), fc.constantFrom(...EXPRESSIONS), fc.nat(3))
  .map(([outer, inner, depth]) => (depth > 0 ? outer : outer.replace('X', () => `(Number(${inner}) % 7)`)));

const statements: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...STATEMENTS), fc.constantFrom(...STATEMENTS), fc.constantFrom(...AROUND), fc.constantFrom(...AROUND), fc.nat(3))
  .map(([first, second, inner, outer, count]) => {
    const wrapped = inner.replace('S', () => first);
    return outer.replace('S', () => (count > 0 ? wrapped : `{ ${wrapped} } { ${second} }`));
  });

/** Programs by their seeds; `DATA` is filled in by who runs them. */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    commonJs: fc.boolean(),
    files: fc.integer({ min: 1, max: 3 }),
    first: fc.constantFrom('reads', 'reads', 'reads', 'writes', 'fails', 'exists', 'missing' as const),
    exit: fc.nat(3),
    // Run only as a program, and files named by `imports` of the package.json.
    guarded: fc.nat(2).map((one) => one === 0),
    mapped: fc.nat(2).map((one) => one === 0),
    steps: fc.array(
      fc.oneof(
        fc.record({ body: expressions, isStatement: fc.constant(false), file: fc.nat(2), style: fc.nat(4) }),
        fc.record({ body: statements, isStatement: fc.constant(true), file: fc.nat(2), style: fc.nat(4) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(assemble);

function assemble({
  commonJs,
  files: fileCount,
  first,
  exit,
  guarded,
  mapped,
  steps,
}: {
  commonJs: boolean;
  files: number;
  first: keyof typeof FIRST;
  exit: number;
  guarded: boolean;
  mapped: boolean;
  steps: Step[];
}): Program {
  const { api, lines: firstLines } = FIRST[first];
  const out = commonJs ? '`${__dirname}/written.txt`' : 'new URL("written.txt", import.meta.url)';
  const extension = commonJs ? 'cjs' : 'mjs';
  const name = (index: number): string => (index < 0 ? 'base' : `f${index}`);
  // A file only uses those before it: nothing goes in circles.
  const fileOf = (index: number): number => Math.max(0, ...steps.slice(0, index + 1).map((one) => one.file % fileCount));
  const imports = mapped ? `, "imports": { "#lib/*": "./lib*.${extension}" }` : '';
  const files: Record<string, string> = { 'package.json': `{ "private": true${imports} }\n` };
  const pathOf = (file: number): string => (mapped ? `#lib/${file}` : `./lib${file}.${extension}`);
  for (let file = 0; file < fileCount; file++) {
    const own = [-1, ...steps.keys()].filter((index) => fileOf(index) === file);
    const lines: string[] = [];
    if (file === 0) lines.push(commonJs ? `const { ${api} } = require('node:fs');` : `import { ${api} } from 'node:fs';`);
    if (own.some((index) => steps[index]?.body.includes('assert.')))
      lines.push(commonJs ? `const assert = require('node:assert/strict');` : `import assert from 'node:assert/strict';`);
    const imported = [...new Set(own.map((index) => index - 1).filter((index) => index >= -1 && fileOf(index) !== file))];
    for (const index of imported) lines.push(importLine(commonJs, name(index), pathOf(fileOf(index)), steps[index]?.style ?? 0));
    if (own.includes(-1)) lines.push('function base(x) {', ...firstLines.map((line) => `  ${line.replace('OUT', out)}`), '}');
    for (const index of own.filter((one) => one >= 0))
      lines.push(...functionLines(name(index), steps[index]!, calleeOf(index, steps, fileOf, file)));
    const exported = own.map(name);
    lines.push(commonJs ? `module.exports = { ${exported.join(', ')} };` : `export { ${exported.join(', ')} };`);
    files[`lib${file}.${extension}`] = `${lines.join('\n')}\n`;
  }
  const last = steps.length - 1;
  const call = `console.log('result', ${name(last)}(4), ${name(last)}(1));`;
  const ending = exit === 0 ? [`process.exitCode = Number(${name(last)}(2)) % 2 ? 3 : 4;`] : [];
  const body = ['function main() {', ...[call, ...ending].map((line) => `  ${line}`), '}'];
  const isProgram = commonJs ? 'require.main === module' : 'process.argv[1] === fileURLToPath(import.meta.url)';
  files[`main.${extension}`] = [
    ...(guarded && !commonJs ? ["import { fileURLToPath } from 'node:url';"] : []),
    importLine(commonJs, name(last), pathOf(fileOf(last)), 0),
    ...(guarded ? [...body, `if (${isProgram}) main();`] : commonJs ? [...body, 'main();'] : [call, ...ending]),
    ...(guarded && !commonJs ? ['export { main };'] : []),
    '',
  ].join('\n');
  if (guarded) files['loader.cjs'] = `module.exports = async () => require('./main.${extension}');\n`;
  return { files, main: `main.${extension}`, spot: { file: `lib0.${extension}`, at: `${api}(` } };
}

/** How the function before is called: by its name, or through the file that it was imported with as a whole. */
function calleeOf(index: number, steps: Step[], fileOf: (index: number) => number, file: number): string {
  const before = index - 1;
  const name = before < 0 ? 'base' : `f${before}`;
  const isForeign = fileOf(before) !== file;
  return isForeign && (steps[before]?.style ?? 0) === 1
    ? `all_${name}.${name}`
    : isForeign && steps[before]?.style === 2
      ? `${name}_`
      : name;
}

function importLine(commonJs: boolean, name: string, from: string, style: number): string {
  if (style === 1) return commonJs ? `const all_${name} = require('${from}');` : `import * as all_${name} from '${from}';`;
  if (style === 2) return commonJs ? `const ${name}_ = require('${from}').${name};` : `import { ${name} as ${name}_ } from '${from}';`;
  return commonJs ? `const { ${name} } = require('${from}');` : `import { ${name} } from '${from}';`;
}

function functionLines(name: string, { body, isStatement, style }: Step, callee: string): string[] {
  const text = body.replaceAll(/\bF\b/g, '\0').replaceAll(/\bX\b/g, 'x').replaceAll('\0', callee);
  const lines = isStatement ? ['let r = 0;', text, 'return r;'] : [`return Number(${text}) + x;`];
  const block = lines.map((line) => `  ${line}`);
  if (style === 0) return [`const ${name} = (x) => {`, ...block, '};'];
  return style === 4 ? [`const ${name} = function (x) {`, ...block, '};'] : [`function ${name}(x) {`, ...block, '}'];
}
