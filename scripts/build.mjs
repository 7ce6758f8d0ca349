// Bundles each program apart: `node scripts/build.mjs [--watch] [--production]`.
import { context } from 'esbuild';
import { rmSync } from 'node:fs';
import { builtinModules } from 'node:module';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
rmSync('dist', { recursive: true, force: true });

const shared = { bundle: true, minify: production, sourcemap: production ? false : 'linked', logLevel: 'warning', legalComments: 'none' };
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node20' };

/** Keeps TypeScript (3.5 MB) in a file of its own, loaded only when a rule looks at source text. */
const typescriptApart = {
  name: 'typescript-apart',
  setup(build) {
    build.onResolve({ filter: /^typescript$/ }, () => ({ path: './typescript.cjs', external: true }));
  },
};

const programs = [
  { ...node, entryPoints: { cli: 'src/cli/main.ts' }, external: ['systeminformation', '0x'], plugins: [typescriptApart], outExtension: { '.js': '.cjs' }, outdir: 'dist' },
  { ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'], plugins: [typescriptApart], outExtension: { '.js': '.cjs' }, outdir: 'dist' },
  { ...node, entryPoints: { 'refactor-server': 'src/languages/node/syntax/refactor-server.ts' }, plugins: [typescriptApart], outExtension: { '.js': '.cjs' }, outdir: 'dist' },
  { ...node, entryPoints: { agent: 'src/languages/node/record/agent/main.ts' }, external: builtinModules, outExtension: { '.js': '.cjs' }, outdir: 'dist', minify: true, sourcemap: false },
  { ...node, entryPoints: { typescript: 'typescript' }, outExtension: { '.js': '.cjs' }, outdir: 'dist', minify: true, sourcemap: false },
  { ...shared, platform: 'browser', format: 'iife', target: 'es2022', entryPoints: { webview: 'src/webview/main.ts' }, outdir: 'dist', loader: { '.css': 'text' }, plugins: [workerAsText()] },
];

/** `import source from './x.worker.ts'` gives the bundled worker as text: webviews may start workers from blobs only. */
function workerAsText() {
  return {
    name: 'worker-as-text',
    setup(build) {
      build.onLoad({ filter: /\.worker\.ts$/ }, async (args) => {
        const { build: bundle } = await import('esbuild');
        const result = await bundle({ ...shared, sourcemap: false, minify: true, platform: 'browser', format: 'iife', target: 'es2022', entryPoints: [args.path], write: false, metafile: true });
        return { contents: result.outputFiles[0].text, loader: 'text', watchFiles: Object.keys(result.metafile.inputs) };
      });
    },
  };
}

const contexts = await Promise.all(programs.map((options) => context(options)));
if (watch) await Promise.all(contexts.map((one) => one.watch()));
else {
  await Promise.all(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
}
