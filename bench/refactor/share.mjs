// How many blocking calls with an asynchronous twin are rewritten, in the packages that are installed here and in our own fixtures, and why the
// others are not: `npm run bench:refactor -- --share [--package NAME …] [--list]`. A call that isn't rewritten either can't be, for a reason that lies
// outside of the project (impossible.mjs), or could be: what an engineer would do by hand inside of the project counts as that.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { copyProject } from './copy-project.mjs';
import { whyImpossible } from './impossible.mjs';

const PACKAGES = [
  '0x',
  '@clinic/bubbleprof',
  '@clinic/flame',
  'autocannon',
  'brfs',
  'browserify',
  'clinic',
  'dependency-cruiser',
  'eslint',
  'mocha',
  'module-deps',
  'static-module',
  'syntax-error',
];

/** Kinds of reasons, by what their sentences have in common. */
const KINDS = [
  [/ends a test with the promise/, 'a test that its runner would end with the promise, while a callback goes on with it'],
  [/^No call of .* is found/, 'nobody in the project calls it: it is an API for others, or dead'],
  [/top level of a CommonJS file/, 'the top level of a CommonJS file that others load, or that declares for them'],
  [/is passed to|may not wait|can't become async/, 'passed to something that may not wait for it'],
  [/not all of its callers are known/, 'its value cannot be followed'],
  [/constructor/, 'a constructor that others take part in'],
  [/listener/i, 'a listener'],
  [/before it waits and write it afterwards/, 'a sum that something else may change'],
  [/throwIfNoEntry|file descriptor|stdio|input/, 'an option that only the blocking call has'],
];

export async function measureShare(root, names, { list }) {
  const load = (path) => import(new URL(`src/languages/node/${path}`, new URL(`file://${root}`)).href);
  const { preferAsyncApi } = await load('rules/prefer-async-api.ts');
  const { blockingApiOf, twinOf } = await load('refactors/async/async-twins.ts');
  const { readSource } = await load('syntax/source.ts');
  const { walk } = await load('syntax/locate.ts');
  const { ts } = await load('syntax/typescript.ts');
  const { enclosingFunction } = await load('syntax/locate.ts');
  const { openProject } = await load('project/open-project.ts');
  const kinds = { impossible: new Map(), possible: new Map() };
  const total = { sites: 0, rewritten: 0, impossible: 0, possible: 0 };

  const sitesIn = (file) => {
    const source = readSource(file, readText);
    if (typeof source === 'string') return [];
    const lines = new Set();
    walk(source.ast, (node) => {
      const api = ts.isCallExpression(node) ? blockingApiOf(source, node) : null;
      if (api !== null && typeof twinOf(api) === 'object') lines.add(source.ast.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    });
    return [...lines];
  };

  const measure = (name, folder) => {
    const counts = { sites: 0, rewritten: 0, impossible: 0, possible: 0 };
    for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.[cm]?[jt]sx?$/.test(entry) || /\.d\.[cm]?ts$|node_modules|\.min\./.test(entry)) continue;
      const file = join(folder, entry);
      for (const line of sitesIn(file)) {
        const spot = { file, line, function: { name: '', file, line: 1, column: 1 }, model: 'async-api', logicalCores: 2 };
        const result = preferAsyncApi.refactor(spot, readText);
        counts.sites++;
        if (result.available) counts.rewritten++;
        else {
          const impossible = whyImpossible({ openProject, walk, ts, enclosingFunction }, file, line, result.reason, readText);
          const kind =
            impossible ?? KINDS.find(([pattern]) => pattern.test(result.reason))?.[1] ?? result.reason.replaceAll(/`[^`]*`|\d+/g, '…');
          const group = impossible === null ? 'possible' : 'impossible';
          counts[group]++;
          const place = `${name} ${relative(folder, file)}:${line}`;
          kinds[group].set(kind, [...(kinds[group].get(kind) ?? []), place]);
          if (list) console.log(`    ${group} ${place}: ${result.reason}`);
        }
      }
    }
    for (const key of Object.keys(total)) total[key] += counts[key];
    printRow(name, counts);
  };

  console.log(`${'package'.padEnd(24)} calls  rewritten  can't be  could be  rewritten of those that can be`);
  for (const name of names.length > 0 ? names : PACKAGES) measure(name, copyProject(join(root, 'node_modules', name)));
  printRow('all', total);
  for (const [group, title] of [
    ['impossible', "can't be"],
    ['possible', "could be, and aren't"],
  ]) {
    console.log(`${title}:`);
    for (const [kind, places] of [...kinds[group]].sort((a, b) => b[1].length - a[1].length))
      console.log(`  ${places.length} × ${kind} (${places[0]})`);
  }
}

function printRow(name, { sites, rewritten, impossible, possible }) {
  const share = Math.round((100 * rewritten) / Math.max(1, rewritten + possible));
  console.log(
    `${name.padEnd(24)} ${String(sites).padStart(5)} ${String(rewritten).padStart(10)} ${String(impossible).padStart(9)} ${String(possible).padStart(9)} ${String(share).padStart(6)} %`,
  );
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
