import { fileURLToPath } from 'node:url';

/** Runs each program of a folder with node, as some packages' `npm test` does in a shell. */
const EACH = fileURLToPath(new URL('each.mjs', import.meta.url));

const files = (folder, names) => names.split(' ').map((name) => `${folder}/${name}.js`);

/**
 * Packages whose published tarballs hold their own tests, each in a pinned version. `suite` is what its `npm test` runs, without linters and
 * coverage, and without test files that a present node or a machine without a network can't run as they are; `dev` is what that needs, `make`
 * are empty folders that no tarball can hold. `data` are files that tests read, or builds of what lies beside them. `count` reads the
 * counts of a runner of its own.
 */
export const packages = [
  {
    name: 'wrench',
    version: '1.5.9',
    integrity: 'sha512-QH+8W9n0UGDAxnRDOkQzG1N277GTaBgMDNdckluqnAY773njfs1gfo867IbMMbGjOZZof+zlRIUeQ9XN8VUHUQ==',
    why: 'copies and removes folders',
    suite: ['node_modules/nodeunit/bin/nodeunit', 'tests/runner.js'],
    dev: { nodeunit: '0.11.3' },
  },
  {
    name: 'doctoc',
    version: '1.4.0',
    integrity: 'sha512-8IAq3KdMkxhXCUF+xdZxdJxwuz8N2j25sMgqiu4U4JWluN9tRKMlAalxGASszQjlZaBprdD2YfXpL3VPWUD4eg==',
    why: 'reads and writes the files of a tree',
    suite: [EACH, 'test'],
    dev: { tap: '~10.2.1' },
    data: ['test/fixtures'],
  },
  {
    name: 'resolve',
    version: '1.22.8',
    integrity: 'sha512-oKWePCxqpd6FlLvGV1VU0x7bkPmmCNolxzjMf4NczoDnQcIWrAF+cPtZn5i6n+RfD2d9i0tzpKnG6Yk168yIyw==',
    why: 'finds modules on disk',
    suite: [
      'node_modules/tape/bin/tape',
      ...files(
        'test',
        'core dotdot faulty_basedir filter filter_sync home_paths home_paths_sync mock mock_sync module_dir node-modules-paths node_path nonstring precedence shadowed_core subdirs',
      ),
    ],
    dev: {
      tape: '5.7.0',
      tap: '0.4.13',
      tmp: '0.0.31',
      mkdirp: '0.5.5',
      mv: '2.1.1',
      rimraf: '2.7.1',
      semver: '6.3.1',
      'copy-dir': '1.3.0',
      'object-keys': '1.1.1',
      'array.prototype.map': '1.0.6',
    },
  },
  {
    name: 'less',
    version: '2.7.3',
    integrity: 'sha512-KPdIJKWcEAb02TuJtaLrhue0krtRLoRoo7x6BNJIBelO00t/CCdJQUnHW5V34OnHMWzIktSalJxRO+FvytQlCQ==',
    why: 'compiles files',
    suite: ['test/index.js'],
    count: { passed: /(\d+) (?:run|passed)$/gm, failed: /^(\d+) Failed/gm },
    dev: { diff: '^2.2.2' },
    data: ['dist', 'test/browser', 'test/rhino'],
  },
  {
    name: 'bcryptjs',
    version: '2.4.3',
    integrity: 'sha512-V/Hy/X9Vt7f3BbPJEi8BdVFMByHi+jNXrYkW3huaybV/kQ0KJg0Y6PkEMbn+zeT+i+SiKZ/HMqJGIIt4LZDqNQ==',
    why: 'computes hashes',
    suite: ['node_modules/testjs/bin/testjs'],
    count: { passed: /^ \+ /gm, failed: /^ x /gm, each: true },
    dev: { testjs: '~1', bcrypt: 'npm:bcryptjs@2.4.3' },
    data: ['dist'],
  },
  {
    name: 'node-gyp',
    version: '9.4.1',
    integrity: 'sha512-OQkWKbjQKbGkMf/xqI1jjy3oCTgMKJac58G2+bjZb3fza6gW2YrCSdMQYaoTb70crvE//Gngr4f0AgVHmqHvBQ==',
    why: 'awaits one thing after another',
    suite: [
      'node_modules/mocha/bin/mocha.js',
      'test/test-*.js',
      ...['addon', 'download', 'install', 'configure-python'].flatMap((name) => ['--exclude', `test/test-${name}.js`]),
    ],
    dev: { mocha: '10.2.0', 'require-inject': '1.4.4', bindings: '1.5.0', nan: '2.14.2' },
  },
  {
    name: 'cmd-shim',
    version: '2.0.2',
    integrity: 'sha512-NLt0ntM0kvuSNrToO0RTFiNRHdioWsLW+OgDAEVDvIivsYwR+AjlzvLaMJ2Z+SNRpV3vdsDrHp1WI00eetDYzw==',
    why: 'writes files',
    suite: [EACH, 'test'],
    dev: { tap: '0.4.13', rimraf: '2.2.8' },
  },
  {
    name: 'tar-fs',
    version: '1.16.3',
    integrity: 'sha512-NvCeXpYx7OsmOh8zIOP/ebG55zZmxLE0etfWRbWok+q2Qo8x/vOR/IJT1taADXPe+jsiu9axDb3X4B+iIgNlKw==',
    why: 'packs and unpacks folders',
    suite: ['node_modules/tape/bin/tape', 'test/index.js'],
    dev: { tape: '^3.0.0', rimraf: '^2.2.8' },
    make: ['test/fixtures/c'],
  },
  {
    name: 'copyfiles',
    version: '2.4.1',
    integrity: 'sha512-fereAvAvxDrQDOXybk3Qu3dPbOoKoysFMWtkY3mv5BsL8//OSZVL5DCLYqgRfY5cWirgRzlC+WSrxp6Bo3eNZg==',
    why: 'copies files',
    suite: ['node_modules/tape/bin/tape', 'test/test.*.js'],
    dev: { tape: '^4.6.0', rimraf: '^2.2.6' },
  },
  {
    name: 'cpr',
    version: '3.0.1',
    integrity: 'sha512-Xch4PXQ/KC8lJ+KfJ9JI6eG/nmppLrPPWg5Q+vh65Qr9EjuJEubxh/H/Le1TmCZ7+Xv7iJuNRqapyOFZB+wsxA==',
    why: 'copies folders',
    suite: ['node_modules/mocha/bin/mocha', 'tests/full.js'],
    dev: { mocha: '^6.2.0' },
  },
  {
    name: 'license-checker',
    version: '25.0.1',
    integrity: 'sha512-mET5AIwl7MR2IAKYYoVBBpV0OnkKQ1xGj2IMMeEFIs42QAkEVjRtFZGWmQ28WeU7MP779iAgOaOy93Mn44mn6g==',
    why: 'reads the files of a tree',
    suite: ['node_modules/mocha/bin/mocha', 'tests/*.js'],
    dev: { mocha: '^6.2.0', rimraf: '^2.6.2' },
  },
  {
    name: 'jake',
    version: '8.1.1',
    integrity: 'sha512-RJUWDas5xu4rP6CbCPqkVP9+vglMPThhZIj08EtjSiUBpwRtVjhShPKIpETyEhy/Z1hEk97qITxbZK+WXtSyzw==',
    why: 'runs commands',
    suite: ['bin/cli.js', 'test'],
    count: { passed: /^test /gm, failed: /^Error/gm, each: true },
    dev: { q: '0.9.7' },
  },
  {
    name: 'node-persist',
    version: '4.0.3',
    integrity: 'sha512-0gDy86TNShzfbpUKFbH8KJFjoovuUgVh/FqL4jrJWYz0cET76Uohl118utG/Ft6wl4sHOPXdRSY7eXH5kVY06w==',
    why: 'keeps values in files, with promises',
    suite: ['node_modules/mocha/bin/mocha.js', 'tests/'],
    dev: { chai: '^4.1.2', mocha: '^10.2.0', rimraf: '^2.4.3' },
  },
  {
    name: '@fastify/autoload',
    version: '5.10.0',
    integrity: 'sha512-4A6s86qMbjcpWHmJL7cErtjIxOPuW8c67DLiuO8HoJQxuK97vaptoUnK5BTOwRg1ntYqfc3tjwerTTo5NQ3fEQ==',
    why: 'looks through folders and loads what is there, with async and await',
    suite: [EACH, 'test/commonjs'],
    dev: { tap: '^16.0.0', fastify: '^4.0.0', 'fastify-plugin': '^4.0.0', '@fastify/url-data': '^5.0.0' },
    data: ['test/issues', 'test/module', 'test/typescript', 'test/vitest', 'types', 'scripts', 'vitest'],
  },
];
