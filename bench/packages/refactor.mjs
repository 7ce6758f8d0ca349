// Asks every rule about every place of a package that it could concern, without a profile: `node --import tsx refactor.mjs FOLDER TOGETHER
// DATA…`. TOGETHER is a copy of FOLDER in which each change is made on top of the others; paths that begin with a DATA are no programs but what
// tests read. Prints one JSON object.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const [folder, together, ...data] = process.argv.slice(2);
const started = performance.now();
const source = (path) => import(new URL(`../../src/languages/node/${path}`, import.meta.url).href);
const { rules } = await source('rules/index.ts');
const { readSource, lineOf } = await source('syntax/source.ts');
const { applyEdits } = await source('refactors/text/edits.ts');
const { blockingApiOf } = await source('refactors/async/async-twins.ts');
const { enclosingFunction, functionName, functionOf, namedFunctionAround } = await source('syntax/locate.ts');
const { ts } = await source('syntax/typescript.ts');

/** What a rule may concern, by syntax. A rule that is not named is asked about every call, `new`, loop and `+=`. */
const CANDIDATES = {
  'prefer-async-api': (file, node) => ts.isCallExpression(node) && blockingApiOf(file, node) !== null,
  'overlap-awaits': (_, node) => ts.isCallExpression(node) && ts.isAwaitExpression(node.parent),
  'move-to-worker': (file, node) => isOwnCall(file, node) && isRepeated(node),
};
const anything = (_, node) =>
  ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isIterationStatement(node, false) || isAppending(node);

/** How a rule says that there is nothing for it at a place. */
const NOTHING = /has changed since/;

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

const programs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.[cm]?[jt]sx?$/.test(name) && !name.split(sep).includes('node_modules') && !data.some((one) => name.startsWith(one)),
);
let lines = 0;
const sites = [];
const times = [];
/** From the process's first line to its first answer: loading, and parsing what lies before it. */
let coldMs = 0;
for (const name of programs) {
  const file = readSource(join(folder, name), read);
  if (typeof file === 'string') continue;
  lines += file.text.split('\n').length;
  for (const place of placesIn(file)) {
    const before = performance.now();
    const { result, failed } = ask(place.rule, spotOf(folder, place));
    if (!failed && !result.available && NOTHING.test(result.reason)) continue;
    if (sites.length === 0) coldMs = performance.now() - started;
    else times.push(performance.now() - before);
    sites.push({ ...place, ...(failed ? { failed } : describe(result)) });
  }
}
const changes = distinct(sites);
console.log(JSON.stringify({ files: programs.length, lines, coldMs, times, sites, changes, together: applyAll() }));

/** Every place of a file that a rule is asked about, once a line. */
function placesIn(file) {
  const found = new Map();
  const visit = (node) => {
    for (const rule of rules) {
      if (!(CANDIDATES[rule.id] ?? anything)(file, node)) continue;
      const offset =
        ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
          ? node.expression.name.getStart(file.ast)
          : node.getStart(file.ast);
      const line = lineOf(file, offset);
      const key = `${rule.id}:${line}`;
      if (found.has(key)) continue;
      const around = namedFunctionAround(node) ?? enclosingFunction(node);
      const start = around === null ? null : file.ast.getLineAndCharacterOfPosition(around.parameters.pos);
      found.set(key, {
        rule: rule.id,
        file: relative(folder, file.file),
        line,
        offset,
        function:
          start === null
            ? { name: '(top level)', line: 1, column: 1 }
            : { name: functionName(around) ?? '', line: start.line + 1, column: start.character + 1 },
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file.ast);
  return [...found.values()];
}

function spotOf(root, { file, line, function: around }) {
  const path = join(root, file);
  return { file: path, line, function: { ...around, file: path }, model: 'async-api', logicalCores: 2 };
}

function ask(id, spot) {
  try {
    return { result: rules.find((one) => one.id === id).refactor(spot, read) };
  } catch (error) {
    return { failed: error.stack };
  }
}

function describe(result) {
  if (!result.available) return { reason: result.reason };
  const { title, safety, review, files } = result;
  return { title, safety, review, edits: files.map((one) => ({ ...one, file: relative(folder, one.file) })) };
}

/** Several lines may ask for the same change. */
function distinct(all) {
  const byText = new Map();
  all.forEach((site, index) => {
    if (site.edits === undefined) return;
    const key = `${site.rule} ${JSON.stringify(site.edits)}`;
    byText.set(key, [...(byText.get(key) ?? []), index]);
  });
  return [...byText.values()].map((indices) => ({ ...all[indices[0]], sites: indices }));
}

/** Makes each change in the other copy, as a person would who accepts one after the other: each is worked out anew on what the others have left. */
function applyAll() {
  const pending = changes.map((one) => ({ ...one }));
  const applied = [];
  const refused = [];
  for (const place of pending) {
    const text = read(join(together, place.file));
    const line = text.slice(0, place.offset).split('\n').length;
    const { result, failed } = ask(place.rule, spotOf(together, { ...place, line }));
    if (failed !== undefined || !result.available) {
      refused.push({ rule: place.rule, file: place.file, line: place.line, reason: failed ?? result.reason });
      continue;
    }
    for (const { file, create, edits } of result.files) {
      writeFileSync(file, applyEdits(create ? '' : read(file), edits));
      for (const other of pending) if (join(together, other.file) === file) other.offset = moved(other.offset, edits);
    }
    applied.push({ rule: place.rule, file: place.file, line: place.line, title: result.title });
  }
  return { applied, refused };
}

/** Where a place is after edits; the beginning of the edit where it lies inside of one. */
function moved(offset, edits) {
  let shift = 0;
  for (const { start, end, newText } of edits) {
    if (start > offset) break;
    if (end > offset) return start + shift;
    shift += newText.length - (end - start);
  }
  return offset + shift;
}

function isOwnCall(file, node) {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && functionOf(file.scopes.bindingOf(node.expression)) !== null;
}

/** In a loop, or in a callback that an array's method calls. */
function isRepeated(node) {
  for (let current = node.parent; !ts.isSourceFile(current); current = current.parent) {
    if (ts.isIterationStatement(current, false)) return true;
    if ((ts.isArrowFunction(current) || ts.isFunctionExpression(current)) && ts.isCallExpression(current.parent))
      return (
        ts.isPropertyAccessExpression(current.parent.expression) &&
        /^(map|forEach|filter|reduce|flatMap|some|every|find)$/.test(current.parent.expression.name.text)
      );
    if (ts.isFunctionLike(current)) return false;
  }
  return false;
}

function isAppending(node) {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
}
