import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { targetOfNpmScript } from '../../../../src/languages/node/launch/npm-script.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'unblock npm script ')));
after(() => rmSync(home, { recursive: true, force: true }));
const write = (name: string, text = ''): string => {
  const file = join(home, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
for (const name of ['src/server.js', 'dist/index.js', 'deep/er/a.js', 'main.js']) write(name);
write('node_modules/linked/cli.js', '#!/usr/bin/env node\n');
mkdirSync(join(home, 'node_modules/.bin'));
symlinkSync('../linked/cli.js', join(home, 'node_modules/.bin/linked'));
write('node_modules/shimmed/bin/cli.mjs', '#!/usr/bin/env node\n');
write('node_modules/.bin/shimmed', '#!/bin/sh\nbasedir=$(dirname "$0")\nexec node  "$basedir/../shimmed/bin/cli.mjs" "$@"\n');
write('node_modules/.bin/native', '\x7fELF');
if (!existsSync(join(home, 'node_modules/tsx'))) symlinkSync(resolve('node_modules/tsx'), join(home, 'node_modules/tsx'), 'dir');

const target = (command: string, script = 'it', args: string[] = []) => {
  write('package.json', JSON.stringify({ name: 'mine', version: '1.2.3', scripts: { [script]: command } }));
  return targetOfNpmScript(script, args, join(home, 'deep/er')).target;
};

describe('an npm script that runs node', () => {
  const cases: [command: string, file: string, args: string[], options: string[]][] = [
    ['node src/server.js', 'src/server.js', [], []],
    ['node src/server --port "80 80"', 'src/server.js', ['--port', '80 80'], []],
    ['node dist', 'dist/index.js', [], []],
    ['node --max-old-space-size=99 -r ./x.js -- main.js -r', 'main.js', ['-r'], ['--max-old-space-size=99', '-r', './x.js']],
    ['linked --fast a', 'node_modules/linked/cli.js', ['--fast', 'a'], []],
    ['shimmed', 'node_modules/shimmed/bin/cli.mjs', [], []],
    ['npx linked b', 'node_modules/linked/cli.js', ['b'], []],
    ['./src/server.js 1', 'src/server.js', ['1'], []],
  ];
  for (const [command, file, args, options] of cases)
    it(command, () => {
      const found = target(command);
      assert.equal(found.script, join(home, file));
      assert.deepEqual(found.args, args);
      assert.deepEqual(found.nodeOptions ?? [], options);
      assert.equal(found.cwd, home);
    });

  it('takes more arguments', () => assert.deepEqual(target('node main.js a', 'it', ['b']).args, ['a', 'b']));

  it('sets its variables and those of npm', () => {
    const { env = {} } = target(`NODE_ENV=test cross-env A='b c' node main.js`, 'start');
    assert.equal(env['NODE_ENV'], 'test');
    assert.equal(env['A'], 'b c');
    assert.equal(env['npm_lifecycle_event'], 'start');
    assert.equal(env['npm_package_version'], '1.2.3');
    assert.ok(env['PATH']?.startsWith(join(home, 'node_modules/.bin')));
  });

  it('through tsx, in one process', () => {
    const found = target('tsx --no-warnings main.js x');
    assert.equal(found.script, join(home, 'main.js'));
    assert.match(found.nodeOptions?.[1] ?? '', /^file:.*\/tsx\/dist\/loader\.mjs$/);
    assert.equal(found.nodeOptions?.[2], '--no-warnings');
  });

  it('has a start where there is a server.js', () => {
    write('package.json', '{}');
    write('server.js');
    assert.equal(targetOfNpmScript('start', [], home).target.script, join(home, 'server.js'));
  });

  it('says what npm would run around it', () => {
    write('package.json', JSON.stringify({ scripts: { prebuild: 'x', build: 'node main.js' } }));
    assert.deepEqual(targetOfNpmScript('build', [], home).notes, [
      'The npm script prebuild is not run: run it yourself where it is needed.',
    ]);
  });
});

describe('an npm script that is more than that is refused in one sentence', () => {
  const cases: [command: string, message: RegExp][] = [
    ['tsc && node src/server.js', /^The npm script it needs a shell for &&: profile src\/server\.js itself\.$/],
    ['node main.js | tee log', /needs a shell for \|: profile main\.js itself/],
    ['node main.js > out.txt', /needs a shell for >: profile main\.js itself/],
    ['node $FILE', /needs a shell for \$FILE: profile the file that it runs/],
    ['node "main-$X.js"', /needs a shell for \$X/],
    ['linked test/*.js', /needs a shell for \*/],
    ['npm run other', /runs another script \(npm run other\): profile that one/],
    ['nodemon src/server.js', /runs nodemon, which starts other processes: profile src\/server\.js itself/],
    ['node --watch main.js', /node --watch starts the script again and again: leave --watch out/],
    ['node --test', /node --test starts a process for each test file/],
    ['node -e "1"', /runs code of the command line/],
    ['node', /names no script for node to run/],
    ['tsx watch main.js', /tsx watch starts the script again and again/],
    ['missing --x', /runs missing, which is not installed below node_modules/],
    ['native', /runs native, which is not a program of node/],
    ['', /runs nothing/],
  ];
  for (const [command, message] of cases) it(command, () => assert.throws(() => target(command), { name: 'Failure', message }));

  it('where there is none of that name', () => {
    target('node main.js');
    assert.throws(() => targetOfNpmScript('other', [], home), { message: /package\.json has no script other: it has it\.$/ });
  });

  it('where package.json is broken or missing', () => {
    write('package.json', '{');
    assert.throws(() => targetOfNpmScript('it', [], home), { message: /package\.json can't be read as JSON: correct it\.$/ });
    assert.throws(() => targetOfNpmScript('it', [], '/'), { message: /^There is no package\.json in \/ or above it/ });
  });
});
