import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { targetOfLaunch } from '../../../../src/languages/node/launch/launch-configuration.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'unblock launch ')));
after(() => rmSync(home, { recursive: true, force: true }));
const write = (name: string, text = ''): void => {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
};
write('src/main.js');
write('package.json', JSON.stringify({ scripts: { start: 'node src/main.js' } }));
write('.env', 'A=from file # not cut\nexport B="two\\nlines"\n\n# comment\nC=\'single\'\nD = spaced \n');

const launch = (configuration: object, file: string | null = null, args: string[] = []) => {
  write(
    '.vscode/launch.json',
    `// A comment\n{ "configurations": [ ${JSON.stringify({ type: 'node', request: 'launch', name: 'it', ...configuration })}, ] }`,
  );
  return targetOfLaunch('it', args, { folder: join(home, 'src'), file });
};
const main = join(home, 'src/main.js');

describe('a launch configuration', () => {
  it('with a program, arguments, folder and variables', () => {
    const { target, notes } = launch(
      {
        program: '${workspaceFolder}/src/main.js',
        args: ['${workspaceFolderBasename}', 'two words', '${env:UNBLOCK_NOT_SET}'],
        cwd: '${workspaceFolder}/src',
        env: { HOME_OF: '${userHome}', NUMBER: 5, GONE: null },
        runtimeArgs: ['--no-warnings', '-r', './x.js'],
        preLaunchTask: 'build',
        sourceMaps: '${command:never.asked}',
      },
      null,
      ['more'],
    );
    assert.deepEqual(target, {
      script: main,
      args: [home.slice(home.lastIndexOf('/') + 1), 'two words', '', 'more'],
      cwd: join(home, 'src'),
      env: { HOME_OF: homedir(), NUMBER: '5', GONE: '' },
      nodeOptions: ['--no-warnings', '-r', './x.js'],
    });
    assert.deepEqual(notes, ['The task build is not run: run it yourself where it is needed.']);
  });

  it('about the open file', () => {
    const { target } = launch({ program: '${file}', args: ['${relativeFile}', '${fileBasenameNoExtension}', '${fileDirname}'] }, main);
    assert.equal(target.script, main);
    assert.deepEqual(target.args, [join('src', 'main.js'), 'main', join(home, 'src')]);
  });

  it('with a file of variables, which its own override', () => {
    const { target } = launch({ program: 'src/main.js', envFile: '${workspaceFolder}/.env', env: { C: 'own' } });
    assert.deepEqual(target.env, { A: 'from file # not cut', B: 'two\nlines', C: 'own', D: 'spaced' });
  });

  it('with arguments as one text', () => assert.deepEqual(launch({ program: 'src/main.js', args: 'a "b c"' }).target.args, ['a', 'b c']));

  it('with what is meant for this system alone', () => {
    const { target } = launch({ program: 'x.js', linux: { program: main }, osx: { program: main }, windows: { program: main } });
    assert.equal(target.script, main);
  });

  it('that runs an npm script', () => {
    const { target } = launch({ runtimeExecutable: 'npm', runtimeArgs: ['run-script', 'start', '--', '--port=1'], env: { MINE: 'yes' } });
    assert.equal(target.script, main);
    assert.deepEqual(target.args, ['--port=1']);
    assert.equal(target.env?.['MINE'], 'yes');
    assert.equal(target.env['npm_lifecycle_event'], 'start');
  });
});

describe('a launch configuration that is something else is refused in one sentence', () => {
  const cases: [string, object, RegExp][] = [
    ['another type', { type: 'chrome' }, /^The launch configuration it is of type chrome: choose one of type node\.$/],
    ['attach', { request: 'attach' }, /attaches to a process that runs already/],
    ['no program', {}, /names no script for node to run/],
    ['the open file, and none is', { program: '${file}' }, /is about the open file \(\$\{file\}\): open it, or name it with --file FILE/],
    ['a question to the person', { program: '${input:which}' }, /uses \$\{input:which\}, which only the debugger can fill in/],
    ['another folder', { program: '${workspaceFolder:other}/a.js' }, /uses \$\{workspaceFolder:other\}/],
    ['a number for a program', { program: 5 }, /has program that is no text/],
    ['an object for arguments', { program: 'a.js', args: {} }, /has args that is no list of texts/],
    ['no file of variables', { program: 'a.js', envFile: 'no.env' }, /takes variables from .*no\.env, which can't be read/],
    ['nodemon', { runtimeExecutable: 'nodemon', program: main }, /runs nodemon, which starts other processes: profile .*main\.js itself/],
  ];
  for (const [name, configuration, message] of cases)
    it(name, () => assert.throws(() => launch(configuration), { name: 'Failure', message }));

  it('where there is none of that name', () => {
    launch({ program: 'src/main.js' });
    assert.throws(() => targetOfLaunch('other', [], { folder: home, file: null }), { message: /has no configuration other: it has it\.$/ });
  });

  it('where launch.json is broken', () => {
    write('.vscode/launch.json', '{ "configurations": ');
    assert.throws(() => targetOfLaunch('it', [], { folder: home, file: null }), {
      message: /launch\.json can't be read: correct its JSON\.$/,
    });
  });
});
