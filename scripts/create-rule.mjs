// Makes what a new rule consists of and registers it: `npm run create-rule -- my-rule`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [id] = process.argv.slice(2);
if (id === undefined || !/^[a-z]+(-[a-z]+)+$/.test(id))
  stop('Name the rule in two or more lower-case words joined by hyphens, as in `npm run create-rule -- reuse-connection`.');
const name = id.replaceAll(/-([a-z])/g, (_, letter) => letter.toUpperCase());
const title = `${id[0].toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;
const registry = 'src/languages/node/rules/index.ts';

const files = {
  [`src/languages/node/rules/${id}.ts`]: `import type { Rule } from '../../../core/language.ts';
import { changedSince } from '../refactors/text/finish.ts';
import { orRefuse, Refusal } from '../refactors/text/refusal.ts';
import { callsOnLine } from '../syntax/locate.ts';
import { readSource } from '../syntax/source.ts';

/** What was measured, and what changes: one sentence. */
export const ${name}: Rule = {
  id: '${id}',

  // Evidence in, advice out: from what was measured of a hot spot, or nothing.
  advise() {
    return [];
  },

  // Find or explain, then edit: each thing that can't be proven is a Refusal with a sentence that the user can act on.
  refactor(spot, read) {
    return orRefuse(() => {
      const source = readSource(spot.file, read);
      if (typeof source === 'string') throw new Refusal(source);
      if (callsOnLine(source, spot.line).length === 0) throw changedSince(source);
      throw new Refusal('${title} has no refactor yet: make the change by hand.');
    });
  },
};
`,
  [`docs/rules/${id}.md`]: `# ${id}

What was measured, in a sentence.

## Why
What it costs, and where the measurement comes from.

## What to do
The change that the light bulb makes, before and after.

## When not
What it refuses and why; when to leave the code alone.
`,
  [`test/fixtures/rules/${id}/refuse-without-a-refactor/program.mjs`]: `console.log('The program before the change; with a change, the one after it is in after/.');
`,
  [`test/fixtures/rules/${id}/refuse-without-a-refactor/case.json`]: `${JSON.stringify(
    { line: 1, reason: `${title} has no refactor yet: make the change by hand.` },
    null,
    2,
  )}
`,
};

const index = readFileSync(join(root, registry), 'utf8');
const list = /export const rules: readonly Rule\[\] = \[([^\]]*)\];/.exec(index);
if (list === null) stop(`${registry} has no list of rules in the expected form: register the rule there by hand.`);
const taken = Object.keys(files).find((file) => existsSync(join(root, file)));
if (taken !== undefined) stop(`${taken} exists already: choose another name.`);

for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  console.log(`wrote    ${file}`);
}
const entries = list[1]
  .split(',')
  .map((entry) => entry.trim())
  .filter((entry) => entry !== '');
const registered = index.replace(list[0], list[0].replace(list[1], [...entries, name].join(', ')));
const lastImport = registered.lastIndexOf('\nimport ') + 1;
const afterImports = registered.indexOf('\n', lastImport) + 1;
writeFileSync(
  join(root, registry),
  `${registered.slice(0, afterImports)}import { ${name} } from './${id}.ts';\n${registered.slice(afterImports)}`,
);
console.log(`changed  ${registry}: the order there is the order in which rules are asked`);

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
