import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildSync, transformSync, type BuildOptions } from 'esbuild';
import ts from 'typescript';
import type { Report } from '../../src/core/report/report.ts';
import { supportedNodes } from '../node-versions/index.ts';
import { Place } from './command.ts';

/** Types and comments move what is run away from where it was written: computing is in line 9 of `burn`, which begins in line 7. */
const BURN = `interface Options {
  ms: number;
}

type Burn = (options: Options) => number;

export const burn: Burn = ({ ms }: Options): number => {
  const until = Date.now() + ms;
  while (Date.now() < until) Math.sqrt(until);
  return until;
};
`;
const LINE = 9;

/** Computing is in line 4 of its own code, and in line 6 of \`viaPackage\` by way of a dependency. */
const MAIN = `import { burn } from './burn';
import { weigh } from 'scales';
const until = Date.now() + 200;
while (Date.now() < until) Math.sqrt(until);
function viaPackage(): number {
  return weigh(200);
}
console.log(typeof burn({ ms: 200 }), typeof viaPackage());
`;
const SCALES = `exports.weigh = function weigh(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until) Math.sqrt(until);
  return until;
};
`;
const ONE = `${BURN}burn({ ms: 250 });\n`;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  try {
    place.assertNoTraces();
  } finally {
    place.remove();
  }
});

/** The lines that computed for 50 ms or more, as `function file:line`; a compiler that is the user's own left out. */
function hotLines({ hotSpots }: Report): string[] {
  const short = (file: string): string => (file.startsWith(place.folder) ? file.slice(place.folder.length + 1) : file);
  return hotSpots
    .filter(({ file }) => !file.endsWith('hook.cjs'))
    .flatMap((spot) =>
      spot.lines.filter(({ time }) => time.jsCpuMs >= 50).map(({ line }) => `${spot.function} ${short(spot.file)}:${line}`),
    )
    .sort();
}

async function assertHot(args: string[], expected: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Promise<Report> {
  const { report, outcome } = await place.advise(args, options);
  assert.deepEqual(hotLines(report), expected.sort(), outcome.stderr.slice(-1000));
  return report;
}

function esbuild(options: BuildOptions): void {
  mkdirSync(place.path('out'), { recursive: true });
  const common = { absWorkingDir: place.folder, platform: 'node', outfile: 'out/main.js', logLevel: 'error' } as const;
  const { outputFiles } = buildSync({ ...common, ...options, write: false });
  for (const { path, text } of outputFiles) place.write(path.slice(place.folder.length + 1), text);
}

const tsc = (text: string, fileName: string, options: ts.CompilerOptions): ts.TranspileOutput =>
  ts.transpileModule(text, {
    fileName,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, ...options },
  });

describe('what a compiler or bundler wrote, in the lines and names of its source', () => {
  const made: [string, () => void, string[]][] = [
    ['esbuild, map as a file', () => esbuild({ entryPoints: ['src/one.ts'], sourcemap: true }), [`burn src/one.ts:${LINE}`]],
    ['esbuild, map inline', () => esbuild({ entryPoints: ['src/one.ts'], sourcemap: 'inline' }), [`burn src/one.ts:${LINE}`]],
    [
      'esbuild, minified',
      () => esbuild({ entryPoints: ['src/one.ts'], sourcemap: true, minify: true, keepNames: true }),
      // It is all in one line, and V8 keeps no columns of samples: the line is the one in which the function begins.
      ['burn src/one.ts:7'],
    ],
    [
      'tsc, map as a file',
      () => {
        const { outputText, sourceMapText } = tsc(ONE, 'one.ts', { sourceMap: true, sourceRoot: '../src' });
        place.write('out/main.js', outputText.replace('one.js.map', 'main.js.map'));
        place.write('out/main.js.map', sourceMapText!);
      },
      [`burn src/one.ts:${LINE}`],
    ],
    ['tsc, map inline', () => void place.write('out/main.js', inline('../src/one.ts')), [`burn src/one.ts:${LINE}`]],
    [
      'two outputs put together, with an indexed map',
      () => {
        const other = ONE.replaceAll('burn', 'scorch').replace(/^/, '\n\n');
        place.write('src/two.ts', other);
        const parts = [ONE, other].map((text, index) =>
          transformSync(`{${text.replace('export ', '')}}`, {
            loader: 'ts',
            sourcefile: `../src/${index === 0 ? 'one' : 'two'}.ts`,
            sourcemap: true,
          }),
        );
        const sections = parts.map(({ map }, index) => ({
          offset: { line: index === 0 ? 1 : parts[0]!.code.split('\n').length, column: 0 },
          map: JSON.parse(map) as object,
        }));
        place.write('out/main.js', `// Put together\n${parts.map(({ code }) => code).join('')}//# sourceMappingURL=main.js.map\n`);
        place.write('out/main.js.map', JSON.stringify({ version: 3, sections }));
      },
      [`burn src/one.ts:${LINE}`, `scorch src/two.ts:${LINE + 2}`],
    ],
    [
      'a map whose sources are named as webpack names them',
      () => {
        const { outputText, sourceMapText } = tsc(ONE, 'one.ts', { sourceMap: true });
        place.write('out/main.js', outputText.replace('one.js.map', 'main.js.map'));
        place.write(
          'out/main.js.map',
          JSON.stringify({ ...(JSON.parse(sourceMapText!) as object), sources: ['webpack://shop/./src/one.ts'] }),
        );
      },
      [`burn src/one.ts:${LINE}`],
    ],
    ...[false, true].map((minify): [string, () => void, string[]] => [
      `esbuild, a bundle of several sources and a dependency${minify ? ', minified' : ''}`,
      () => esbuild({ entryPoints: ['src/main.ts'], bundle: true, sourcemap: true, minifyIdentifiers: minify, minifySyntax: minify }),
      ['(top level) src/main.ts:4', `burn src/burn.ts:${LINE}`, 'viaPackage src/main.ts:6'],
    ]),
  ];
  for (const [name, make, expected] of made)
    it(name, async () => {
      place.write('src/one.ts', ONE);
      place.write('src/burn.ts', BURN);
      place.write('src/main.ts', MAIN);
      place.write('node_modules/scales/index.js', SCALES);
      make();
      await assertHot([place.path('out/main.js')], expected);
    });
});

/** The text of a compiler that leaves its map in what it wrote. */
function inline(sourceName: string): string {
  const { outputText, sourceMapText } = tsc(ONE, sourceName, { sourceMap: true });
  const map = JSON.stringify({ ...(JSON.parse(sourceMapText!) as object), sources: [sourceName] });
  return outputText.replace(
    /\/\/# sourceMappingURL=.*/,
    `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`,
  );
}

/** Compiles in place what is required, as ts-node and @swc-node/register do: the map stands only in the text that is run. */
const HOOK = `const ts = require(${JSON.stringify(resolve('node_modules/typescript'))});
require.extensions['.ts'] = (module, file) => {
  const { outputText, sourceMapText } = ts.transpileModule(require('node:fs').readFileSync(file, 'utf8'), {
    fileName: file, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, sourceMap: true },
  });
  const map = JSON.stringify({ ...JSON.parse(sourceMapText), sources: [file] });
  module._compile(outputText.replace(/\\/\\/# sourceMappingURL=.*/, '//# sourceMappingURL=data:application/json;base64,' + Buffer.from(map).toString('base64')), file);
};
`;

for (const { major, path: node } of supportedNodes())
  describe(`on Node ${major}, in the lines and names of the source:`, () => {
    const expected = [`burn one.ts:${LINE}`];

    it('what a hook compiles in place, required by an option', async () => {
      place.write('one.ts', ONE);
      place.write('hook.cjs', HOOK);
      place.write('package.json', JSON.stringify({ scripts: { work: 'node --require ./hook.cjs one.ts' } }));
      await assertHot(['--node', node, '--script', 'work'], [...expected]);
      await assertHot(['--node', node, place.write('main.cjs', "require('./hook.cjs');\nrequire('./one.ts');\n")], [...expected]);
      const env = place.environment({ NODE_OPTIONS: `--no-deprecation --require "${place.path('hook.cjs')}"` });
      await assertHot(['--node', node, place.path('main.cjs')], [...expected], { env });
    });

    for (const option of ['--import tsx', '--import=tsx/esm', '--require tsx/cjs'])
      it(`what tsx compiles, by ${option}`, async () => {
        const esm = option.endsWith('esm');
        place.write('one.ts', esm ? `${ONE}await 1;\n` : ONE);
        place.write('node_modules/.keep', '');
        symlinkSync(resolve('node_modules/tsx'), place.path('node_modules/tsx'), 'dir');
        place.write('package.json', JSON.stringify({ type: esm ? 'module' : 'commonjs', scripts: { work: `node ${option} one.ts` } }));
        await assertHot(['--node', node, '--script', 'work'], [...expected]);
      });

    for (const extension of ['mts', 'cts'])
      it(`types that node strips (.${extension})`, { skip: major < 22 }, () =>
        assertHot(
          ['--node', node, place.write(`one.${extension}`, extension === 'cts' ? ONE.replace('export ', '') : ONE)],
          [`burn one.${extension}:${LINE}`],
        ).then(() => undefined),
      );

    it('modules that the user preloads, in both systems, beside options in NODE_OPTIONS', async () => {
      place.write('before.cjs', 'globalThis.before = ["required"];\n');
      place.write('before.mjs', 'globalThis.before.push("imported");\n');
      const script = place.write(
        'main.mjs',
        `${tsc(ONE, 'one.ts', { module: ts.ModuleKind.ESNext }).outputText}console.log(before.join(), process.execArgv.join());\n`,
      );
      place.write('package.json', JSON.stringify({ scripts: { work: 'node --import ./before.mjs main.mjs' } }));
      const env = place.environment({ NODE_OPTIONS: `--require "${place.path('before.cjs')}"` });
      const { report, outcome } = await place.advise(['--node', node, '--script', 'work'], { env });
      assert.match(outcome.stderr, /^required,imported --import,\.\/before\.mjs$/m);
      assert.equal(report.hotSpots[0]?.file, script);
      assert.equal(report.hotSpots[0].function, 'burn');
    });
  });

describe('how packages are installed', () => {
  const MAIN_JS = `const { weigh } = require('scales');\nfunction viaPackage() {\n  return weigh(250);\n}\nviaPackage();\n`;
  const expected = ['viaPackage main.js:3'];

  it('pnpm: links into its store', async () => {
    const store = 'node_modules/.pnpm/scales@1.0.0/node_modules/scales';
    place.write(`${store}/index.js`, SCALES);
    const script = place.write('main.js', MAIN_JS);
    symlinkSync(place.path(store), place.path('node_modules/scales'), 'dir');
    place.write('package.json', '{}');
    await assertHot([script], [...expected]);
  });

  it('pnpm: a package of the workspace is the user’s own', async () => {
    const own = place.write('packages/scales/index.js', SCALES);
    const script = place.write('app/main.js', MAIN_JS);
    place.write('app/node_modules/.keep', '');
    symlinkSync(dirname(own), place.path('app/node_modules/scales'), 'dir');
    place.write('package.json', '{}');
    await assertHot([script], ['weigh packages/scales/index.js:3']);
  });

  for (const { major, path: node } of supportedNodes())
    it(`Yarn: Plug'n'Play, as yarn node sets it up (Node ${major})`, async () => {
      place.write('.yarn/cache/scales.zip/node_modules/scales/index.js', SCALES);
      // What Yarn writes is 10,000 lines of this.
      place.write(
        '.pnp.cjs',
        `const Module = require('node:module'), find = Module._resolveFilename;
         Module._resolveFilename = function (request, ...rest) {
           return request === 'scales' ? require('node:path').join(__dirname, '.yarn/cache/scales.zip/node_modules/scales/index.js') : find.call(this, request, ...rest);
         };`,
      );
      const script = place.write('src/main.js', `${MAIN_JS}console.log(process.env.NODE_OPTIONS);\n`);
      place.write('package.json', JSON.stringify({ scripts: { work: 'node src/main.js' } }));
      const { report, outcome } = await place.advise(['--node', node, script], { cwd: place.path('src') });
      assert.deepEqual(hotLines(report), ['viaPackage src/main.js:3']);
      assert.match(outcome.stderr, /^--require \S+\/\.pnp\.cjs$/m);
      await assertHot(['--node', node, '--script', 'work'], ['viaPackage src/main.js:3'], {
        env: place.environment({ NODE_OPTIONS: `--require ${place.path('.pnp.cjs')} --no-warnings` }),
      });
    });
});

describe('a debugger', () => {
  const script = (): string =>
    place.write('one.js', `${tsc(ONE, 'one.ts', {}).outputText}console.log('url', require('node:inspector').url());\n`);

  it('that a launch configuration or the editor asks for is left out', async () => {
    script();
    const bootloader = place.write('ms-vscode.js-debug/bootloader.js', 'if (/one\\.js/.test(process.argv[1])) console.log("attached");');
    const configuration = {
      type: 'node',
      request: 'launch',
      name: 'Work',
      program: '${workspaceFolder}/one.js',
      runtimeArgs: ['--inspect-brk=127.0.0.1:0'],
    };
    const inEnvironment = { ...configuration, name: 'Both', env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } };
    place.write('.vscode/launch.json', JSON.stringify({ configurations: [configuration, inEnvironment] }));
    const env = place.environment({
      NODE_OPTIONS: `--require "${bootloader}"`,
      VSCODE_INSPECTOR_OPTIONS: ':::{"inspectorIpc":"/tmp/none.sock","deferredMode":false,"waitForDebugger":""}',
    });
    for (const name of ['Work', 'Both']) {
      const { report, outcome } = await place.advise(['--launch', name], { env });
      assert.match(outcome.stderr, /^url undefined$/m);
      assert.doesNotMatch(outcome.stderr, /Debugger listening|attached/);
      assert.equal(report.hotSpots[0]?.function, 'burn');
    }
  });

  for (const { major, path: node } of supportedNodes())
    it(`or a profiler of the script's own does not disturb (Node ${major})`, async () => {
      place.write(
        'main.js',
        `const inspector = require('node:inspector');
         inspector.open(0, '127.0.0.1');
         const session = new inspector.Session();
         session.connect();
         for (const method of ['Debugger.enable', 'Profiler.enable', 'Profiler.start']) session.post(method);
         require('./one.js');
         session.post('Profiler.stop', (error, { profile }) => console.log('own profile', profile.nodes.some(({ callFrame }) => callFrame.functionName === 'burn')));
         inspector.close();`,
      );
      script();
      const { report, outcome } = await place.advise(['--node', node, place.path('main.js')]);
      assert.match(outcome.stderr, /^url ws:/m);
      assert.match(outcome.stderr, /^own profile true$/m);
      assert.equal(report.hotSpots[0]?.function, 'burn');
      assert.ok(report.hotSpots[0].time.jsCpuMs > 100);
    });
});
