import Module from 'node:module';

const { _extensions: extensions } = Module as unknown as { _extensions: Record<string, unknown> };
/** As node itself has them, taken before the script's first line. */
const own = { ...extensions };
const LOADER = /^(?:--(?:experimental-)?loader|--import)(?:=|$)/;
/** What the environment has loaded was there before us. */
const PRELOADED = /(?:^|\s)(?:--(?:experimental-)?loader|--import|--require|-r)(?:[=\s]|$)/;

/**
 * Whether something loads modules other than as they stand in their files, with source maps that node does not keep: a hook for \`require\` (ts-node,
 * @swc-node/register, @babel/register, esbuild-register), or one for \`import\`, which can only be told by the options that load it.
 */
export function transformsModules(): boolean {
  return (
    Object.entries(extensions).some(([extension, load]) => own[extension] !== load) ||
    process.execArgv.some((option) => LOADER.test(option)) ||
    PRELOADED.test(process.env['NODE_OPTIONS'] ?? '')
  );
}
