import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';

/** What the tests leave for the runner. */
export interface Results {
  passed: number;
  failures: { title: string; message: string }[];
}

/** VS Code calls this in its extension host; the tests fail when it rejects. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  // VS Code logs to the same console: the mark tells the runner which lines are the tests' own.
  Mocha.reporters.Base.consoleLog = (...words: unknown[]) => console.log(`[test] ${format(...words)}`);
  const grep = process.env['UNBLOCK_TEST_GREP'] ?? '';
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, ...(grep === '' ? {} : { grep }) });
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.test.cjs'));
  for (const file of files.sort()) mocha.addFile(join(__dirname, file));
  const failures: Results['failures'] = [];
  const results = await new Promise<Results>((done) => {
    const runner = mocha.run(() => done({ passed: runner.stats?.passes ?? 0, failures }));
    runner.on('fail', (test, error: unknown) => {
      failures.push({ title: test.fullTitle(), message: error instanceof Error ? error.message : String(error) });
    });
  });
  const { UNBLOCK_TEST_RESULTS: place } = process.env;
  if (place !== undefined) writeFileSync(place, JSON.stringify(results));
  if (failures.length > 0) throw new Error(`${failures.length} in-host tests failed.`);
  if (results.passed === 0) throw new Error('No in-host test ran.');
}
