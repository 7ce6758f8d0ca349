/** The layers: cli, extension → workflows → languages → core, never back. The webview sees the protocol and pure view code only. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('core-is-alone', '^src/core/', '^src/core/', 'The core is pure: it imports nothing of ours but itself.'),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'No Node modules and no editor in the core.',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'protocol-is-data',
      '^src/protocol/',
      ['^src/protocol/', '^src/core/report/', '^src/core/profile/time-kind'],
      'Messages are plain data.',
    ),
    only('languages-see-core', '^src/languages/', ['^src/languages/', '^src/core/'], 'Languages build on the core.'),
    only('workflows-see-languages', '^src/workflows/', ['^src/workflows/', '^src/languages/', '^src/core/'], 'Workflows are editor-free.'),
    only(
      'cli-is-a-shell',
      '^src/cli/',
      ['^src/cli/', '^src/workflows/', '^src/languages/', '^src/core/', '^src/protocol/'],
      'The command line calls workflows.',
    ),
    only(
      'extension-is-a-shell',
      '^src/extension/',
      ['^src/extension/', '^src/workflows/', '^src/languages/', '^src/core/', '^src/protocol/'],
      'The extension calls workflows.',
    ),
    only(
      'webview-is-a-view',
      '^src/webview/',
      ['^src/webview/', '^src/protocol/', '^src/core/report/(format|report|words)', '^src/core/profile/time-kind'],
      'The webview sees data and pure view code.',
    ),
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/' },
      to: { path: '^vscode$|@types/vscode' },
    },
    {
      name: 'no-editor-in-tests-of-the-core',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/(extension|vscode)' },
      to: { path: '^vscode$|@types/vscode' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '(^dist/|^out/|test/fixtures/|test/vscode-web)' },
  },
};
