import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommand, UsageError } from '../../src/cli/arguments.ts';

const plain = {
  command: 'advise',
  json: false,
  sarif: null,
  html: null,
  engine: 'v8',
  stopAfter: null,
  save: null,
  node: null,
  countCalls: false,
  repeat: 1,
  load: null,
  test: null,
  args: [],
};

const script = (path: string) => ({ kind: 'script', script: path });

const understood: [string, object][] = [
  ['--help', { command: 'help' }],
  ['-h', { command: 'help' }],
  ['advise --help', { command: 'help' }],
  ['--version', { command: 'version' }],
  ['advise a.js', { ...plain, source: script('a.js') }],
  ['advise --json a.js', { ...plain, json: true, source: script('a.js') }],
  ['advise a.js --json', { ...plain, source: script('a.js'), args: ['--json'] }],
  ['advise --test-at 12 a.js', { ...plain, source: script('a.js'), test: { line: 12 } }],
  ['advise --test=adds a.js', { ...plain, source: script('a.js'), test: { name: 'adds' } }],
  ['advise a.js -- --x', { ...plain, source: script('a.js'), args: ['--', '--x'] }],
  ['advise -- -odd.js -x', { ...plain, source: script('-odd.js'), args: ['-x'] }],
  ['advise --count-calls a.js', { ...plain, countCalls: true, source: script('a.js') }],
  ['advise --repeat 20 a.js', { ...plain, repeat: 20, source: script('a.js') }],
  ['advise --engine 0x --stop-after 1.5 a.js', { ...plain, engine: '0x', stopAfter: 1.5, source: script('a.js') }],
  [
    'advise --engine=v8 --sarif=s --html h --save=d --node n a.js 1 2',
    { ...plain, sarif: 's', html: 'h', save: 'd', node: 'n', source: script('a.js'), args: ['1', '2'] },
  ],
  ['advise --load=autocannon a.js', { ...plain, load: ['autocannon'], source: script('a.js') }],
  ['advise --script test -- -x', { ...plain, source: { kind: 'npm-script', name: 'test' }, args: ['-x'] }],
  ['advise --launch Server a', { ...plain, source: { kind: 'launch', name: 'Server', file: null }, args: ['a'] }],
  ['advise --launch=S --file f.js', { ...plain, source: { kind: 'launch', name: 'S', file: 'f.js' } }],
  ['advise --attach 4711', { ...plain, source: { kind: 'attach', to: { pid: 4711 } } }],
  ['advise --attach :9229 --stop-after 2', { ...plain, stopAfter: 2, source: { kind: 'attach', to: { host: '127.0.0.1', port: 9229 } } }],
  ['advise --attach=[::1]:9230', { ...plain, source: { kind: 'attach', to: { host: '::1', port: 9230 } } }],
  ['fix r.json --advice a1', { command: 'fix', report: 'r.json', advice: 'a1', choice: null, write: false }],
  ['fix --advice a1 --write r.json', { command: 'fix', report: 'r.json', advice: 'a1', choice: null, write: true }],
  [
    'fix r.json --advice a1 --choice shared-memory',
    { command: 'fix', report: 'r.json', advice: 'a1', choice: 'shared-memory', write: false },
  ],
  ['count-calls kept', { command: 'count-calls', folder: 'kept', json: false }],
  ['count-calls kept --json', { command: 'count-calls', folder: 'kept', json: true }],
  ['open p.cpuprofile', { command: 'open', input: 'p.cpuprofile', output: null, engine: 'own' }],
  ['open --engine 0x --html o.html p', { command: 'open', input: 'p', output: 'o.html', engine: '0x' }],
];

const refused: [string, RegExp][] = [
  ['', /Say what to do/],
  ['frobnicate', /no command frobnicate/],
  ['advise', /Name the script/],
  ['advise --json', /Name the script/],
  ['advise --josn a.js', /no option --josn/],
  ['advise -j a.js', /no option -j/],
  ['advise --constructor a.js', /no option --constructor/],
  ['advise --json=yes a.js', /--json takes no value/],
  ['advise --engine', /--engine needs a value/],
  ['advise --engine --json a.js', /--engine needs a value/],
  ['advise --engine perf a.js', /--engine takes v8, 0x, clinic-doctor, clinic-flame or clinic-bubbleprof, not perf/],
  ['advise --attach server.js', /--attach takes a process's id, such as 4711, or its inspector's port, such as :9229, not server\.js/],
  ['advise --attach :99999', /--attach takes a process's id/],
  ['advise --attach example.org:9229', /processes of this machine: run Unblock on example\.org instead/],
  ['advise --attach 4711 a.js', /measures what runs already: leave out a\.js/],
  ['advise --attach 4711 --script start', /leave out --script and --launch/],
  ['advise --attach 4711 --load autocannon', /leave out --load/],
  ['advise --attach 4711 --engine 0x', /with the engine v8 only/],
  ['advise --count-calls --stop-after 3 a.js', /leave out --stop-after/],
  ['advise --repeat often a.js', /--repeat takes a number of runs from 1 to 1000, such as 20, not often/],
  ['advise --repeat 0 a.js', /--repeat takes a number of runs/],
  ['advise --repeat 2 --load x a.js', /leave out --load/],
  ['advise --repeat 2 --count-calls a.js', /leave out --count-calls/],
  ['advise --repeat 2 --engine 0x a.js', /leave out --engine/],
  ['advise --stop-after soon a.js', /--stop-after takes seconds/],
  ['advise --stop-after 0 a.js', /--stop-after takes seconds/],
  ['advise --stop-after 100000 a.js', /--stop-after takes seconds/],
  ['advise --load= a.js', /--load needs a value/],
  ['advise --load=&& a.js', /--load takes one command without a shell's &&/],
  ['advise --load=>out a.js', /without a shell's >out/],
  ['advise --load=A=b a.js', /without a shell's A=b/],
  ['advise --script test --launch Server', /--script and --launch both say/],
  ['advise --file a.js', /--file is what a configuration of --launch/],
  ['count-calls', /unblock count-calls DIR/],
  ['count-calls a b', /unblock count-calls DIR/],
  ['fix r.json', /unblock fix REPORT.json --advice ID/],
  ['fix --advice a1', /unblock fix REPORT.json --advice ID/],
  ['fix a b --advice a1', /unblock fix REPORT.json --advice ID/],
  ['open', /unblock open PROFILE/],
  ['open a --engine v8', /--engine takes 0x/],
];

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('the words of the command line', () => {
  for (const [line, expected] of understood) it(`understands: ${line}`, () => assert.deepEqual(parseCommand(words(line)), expected));
  for (const [line, message] of refused)
    it(`refuses in one line: ${line}`, () =>
      assert.throws(
        () => parseCommand(words(line)),
        (error: unknown) => error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'),
      ));
});
