import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { applyPatch, parsePatch } from 'diff';
import type { Report, ReportAdvice, TimeSplitMs } from '../../src/core/report/report.ts';
import { Place, type Outcome } from './command.ts';
import { assertReport } from './report-shape.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** What `expected.json` beside an example says. */
interface Expected {
  script: string;
  bound: string;
  hotSpot: { function: string; line: number; bound: string; costlyLine: number | null };
  /** Null where the right answer is to leave it alone. */
  advice: { rule: string; model: string; line: number; refactor: boolean } | null;
}

const examples = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the report of each example names its true bottleneck', () => {
  for (const { name } of examples)
    it(name, async () => {
      const expected = JSON.parse(readFileSync(join(EXAMPLES, name, 'expected.json'), 'utf8')) as Expected;
      const place = new Place();
      try {
        cpSync(EXAMPLES, place.path('examples'), { recursive: true });
        const script = place.path(join('examples', name, expected.script));
        const plainOutput = execFileSync(process.execPath, [script], { encoding: 'utf8' });
        const { report, outcome, waited } = await adviseWithClock(place, script);
        assertReport(report);
        assert.equal(outcome.stderr.trim(), plainOutput.trim(), 'the output is the same under the profiler');

        const off = (report.time.awaitedMs + report.time.blockedMs + report.time.idleMs) / report.run.wallMs;
        const { atLeast, atMost } = waited ?? { atLeast: off, atMost: off };
        assert.ok(
          off > atLeast - ERROR && off < atMost + ERROR,
          `${off} of the run waited, by the kernel's account ${atLeast} to ${atMost}`,
        );
        const bounds = expected.bound === 'mixed' ? boundsOfMix(atLeast, atMost) : [expected.bound];
        assert.ok(bounds.includes(report.verdict.bound), `${report.verdict.bound}: ${report.verdict.evidence.join(' ')}`);
        const hot = report.hotSpots.find((spot) => spot.function === expected.hotSpot.function);
        assert.ok(hot, `${expected.hotSpot.function} is a hot spot`);
        assert.deepEqual(
          { file: hot.file, line: hot.line, bound: hot.bound },
          { file: script, line: expected.hotSpot.line, bound: expected.hotSpot.bound },
        );
        if (expected.bound !== 'mixed') assert.equal(report.hotSpots[0], hot, 'it is the first one');
        if (expected.hotSpot.costlyLine !== null) assert.equal(costliest(hot.lines), expected.hotSpot.costlyLine);

        const isMix = bounds.length === 1 && bounds[0] === expected.bound;
        const advice = isMix ? report.advice[0] : report.advice.find(({ rule }) => rule === expected.advice?.rule);
        if (expected.advice === null) {
          assert.deepEqual(report.advice, []);
          assert.ok(report.leftAlone.some((one) => one.function === hot.function && one.reason !== ''));
          return;
        }
        assert.ok(advice, `an advice is given; left alone: ${JSON.stringify(report.leftAlone)}`);
        const { rule, model, line, file } = advice;
        assert.deepEqual(
          { rule, model, line, file },
          { rule: expected.advice.rule, model: expected.advice.model, line: expected.advice.line, file: script },
        );
        assert.equal(advice.refactor.available, expected.advice.refactor, JSON.stringify(advice.refactor));
        if (advice.refactor.available) await assertFixWorks(place, script, report, advice, plainOutput);
      } finally {
        place.remove();
      }
    });
});

/** Of a run's share: what its start and end, and a sample at each change between computing and waiting, may make of it. */
const ERROR = 0.05;

interface Advised {
  report: Report;
  outcome: Outcome;
  /**
   * The share of the run in which the script's thread did not compute, by the kernel's account; null without one. Where it was ready for a core
   * and had none, both may be said: after a wait it is the wait's end, amidst computing it is part of that.
   */
  waited: { atLeast: number; atMost: number } | null;
}

async function adviseWithClock(place: Place, script: string): Promise<Advised> {
  if (!existsSync('/proc/thread-self/schedstat')) return { ...(await place.advise([script])), waited: null };
  const clock = join(place.temporary, 'clock.json');
  const NODE_OPTIONS = `--require ${JSON.stringify(join(import.meta.dirname, 'thread-clock.cjs'))}`;
  const env = place.environment({ NODE_OPTIONS, THREAD_CLOCK_SCRIPT: script, THREAD_CLOCK_FILE: clock });
  const advised = await place.advise([script], { env });
  const { wallUs, onCoreUs, readyUs } = JSON.parse(readFileSync(clock, 'utf8')) as Record<'wallUs' | 'onCoreUs' | 'readyUs', number>;
  return { ...advised, waited: { atLeast: 1 - (onCoreUs + readyUs) / wallUs, atMost: 1 - onCoreUs / wallUs } };
}

/**
 * What a run may be called that mixes waiting with as much JavaScript as native code. On a busy machine computing takes longer and waiting does
 * not, so that its own clock says which of them it was; near a threshold both are right.
 */
function boundsOfMix(atLeast: number, atMost: number): string[] {
  const bounds: string[] = [];
  if (atMost > 0.5 - ERROR) bounds.push('async-wait');
  if (atMost > 0.3 - ERROR && atLeast < 0.5 + ERROR) bounds.push('mixed');
  if (atLeast < 0.3 + ERROR) bounds.push('cpu-js', 'cpu-native');
  return bounds;
}

function costliest(lines: { line: number; time: TimeSplitMs }[]): number | undefined {
  const total = (time: TimeSplitMs): number =>
    Object.values(time as unknown as Record<string, number>).reduce((sum, part) => sum + part, 0);
  return lines.toSorted((a, b) => total(b.time) - total(a.time))[0]?.line;
}

/** The diff and the written change are the same, and the changed program prints what it printed before. */
async function assertFixWorks(place: Place, script: string, report: unknown, advice: ReportAdvice, output: string): Promise<void> {
  const file = join(place.temporary, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  const diff = await place.run(['fix', file, '--advice', advice.id]);
  assert.equal(diff.code, 0, diff.stderr);
  const before = readFileSync(script, 'utf8');

  const patched = parsePatch(diff.stdout).map((patch) => {
    const file = join(place.folder, patch.newFileName!.replace(/^b\//, ''));
    return [file, applyPatch(patch.oldFileName === '/dev/null' ? '' : readFileSync(file, 'utf8'), patch)];
  });
  const written = await place.run(['fix', file, '--advice', advice.id, '--write']);
  assert.equal(written.code, 0, written.stderr);
  const after = readFileSync(script, 'utf8');
  assert.notEqual(after, before);
  for (const [patchedFile, text] of patched) assert.equal(readFileSync(patchedFile as string, 'utf8'), text);
  assert.equal(execFileSync(process.execPath, [script], { encoding: 'utf8' }), output);

  for (const { stderr } of [diff, written])
    assert.equal(stderr.includes('Look at: '), advice.refactor.available && advice.refactor.safety === 'review', stderr);

  const again = await place.run(['fix', file, '--advice', advice.id, '--write']);
  assert.equal(again.code, 1, 'the same change is not made twice');
}
