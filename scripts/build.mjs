// Bundles each program apart: `node scripts/build.mjs [--watch] [--production] [--outdir DIR] [program …]`, all of them unless some are named.
import { context } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    watch: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    outdir: { type: 'string', default: 'dist' },
  },
});
const { watch, production, outdir } = flags;

const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
  outdir,
};
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  // Where a source asks for it, it has asked first whether it runs as a bundle.
  logOverride: { 'empty-import-meta': 'silent' },
};

/** Keeps TypeScript (3.5 MB) in a file of its own, loaded only when a rule looks at source text. */
const typescriptApart = {
  name: 'typescript-apart',
  setup(build) {
    build.onResolve({ filter: /^typescript$/ }, () => ({ path: './typescript.cjs', external: true }));
  },
};

/** The declarations of the language's own objects, which TypeScript reads as files: those of ECMAScript, without the browser's. */
const typescriptLibrary = {
  name: 'typescript-library',
  setup(build) {
    build.onEnd(() => {
      const from = dirname(createRequire(import.meta.url).resolve('typescript'));
      const names = readdirSync(from).filter((name) => /^lib\.(es\d+|decorators).*\.d\.ts$/.test(name) && !name.includes('.full.'));
      mkdirSync(join(outdir, 'lib'), { recursive: true });
      for (const name of names) copyFileSync(join(from, name), join(outdir, 'lib', name));
    });
  },
};

/** `import source from './x.worker.ts'` gives the bundled worker as text: webviews may start workers from blobs only. */
const workerAsText = {
  name: 'worker-as-text',
  setup(build) {
    build.onLoad({ filter: /\.worker\.ts$/ }, async (args) => {
      const { build: bundle } = await import('esbuild');
      const result = await bundle({
        ...shared,
        sourcemap: false,
        minify: true,
        platform: 'browser',
        format: 'iife',
        target: 'es2022',
        entryPoints: [args.path],
        write: false,
        metafile: true,
      });
      return { contents: result.outputFiles[0].text, loader: 'text', watchFiles: Object.keys(result.metafile.inputs) };
    });
  },
};

const programs = {
  cli: { ...node, entryPoints: { cli: 'src/cli/main.ts' }, external: ['systeminformation', '0x'], plugins: [typescriptApart] },
  extension: { ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'], plugins: [typescriptApart] },
  'refactor-server': {
    ...node,
    entryPoints: { 'refactor-server': 'src/languages/node/syntax/refactor-server.ts' },
    plugins: [typescriptApart],
  },
  agent: {
    ...node,
    entryPoints: { agent: 'src/languages/node/record/agent/main.ts', interrupter: 'src/languages/node/record/agent/interrupter.ts' },
    external: builtinModules,
    minify: true,
    sourcemap: false,
  },
  // Child processes may be of any version of Node.
  preload: {
    ...node,
    target: 'es2015',
    entryPoints: { preload: 'src/languages/node/record/agent/preload.ts' },
    external: [...builtinModules, './agent.cjs'],
    minify: true,
    sourcemap: false,
  },
  // Not minified: the name of one of its functions is looked for in V8's log.
  'agent-0x': {
    ...node,
    entryPoints: { 'agent-0x': 'src/languages/node/record/0x/agent.ts' },
    external: builtinModules,
    sourcemap: false,
    minify: false,
  },
  // They load clinic's own modules by path, wherever it is installed.
  clinic: {
    ...node,
    entryPoints: {
      'clinic-inject': 'src/languages/node/record/clinic/inject.ts',
      'clinic-analysis': 'src/languages/node/record/clinic/analysis.ts',
      'script-folder': 'src/languages/node/record/0x/script-folder.ts',
    },
    sourcemap: false,
  },
  typescript: { ...node, entryPoints: { typescript: 'typescript' }, minify: true, sourcemap: false, plugins: [typescriptLibrary] },
  webview: {
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: { webview: 'src/webview/main.ts' },
    loader: { '.css': 'text' },
    plugins: [workerAsText],
  },
};

const unknown = named.filter((name) => !(name in programs));
if (unknown.length > 0) throw new Error(`No program is called ${unknown.join(', ')}: there are ${Object.keys(programs).join(', ')}.`);
if (named.length === 0) rmSync(outdir, { recursive: true, force: true });

const wanted = Object.entries(programs).filter(([name]) => named.length === 0 || named.includes(name));
const contexts = await Promise.all(wanted.map(([, options]) => context(options)));
if (watch) await Promise.all(contexts.map((one) => one.watch()));
else {
  // All of them, so that one program's error does not hide another's.
  const results = await Promise.allSettled(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
  if (results.some((result) => result.status === 'rejected')) process.exitCode = 1;
}
