import type { AdviceContext, ReadSource, RefactorResult } from '../../../../core/advise/advice.ts';
import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { openProject } from '../../project/open-project.ts';
import { rootOf } from '../../syntax/effects.ts';
import { bare, contains, findFunction, functionWords } from '../../syntax/locate.ts';
import { deadArguments } from '../../syntax/movable.ts';
import { textOf } from '../../syntax/source.ts';
import { computingOf } from './computing.ts';
import { editorOf } from '../text/editor.ts';
import { finish } from '../text/finish.ts';
import { importsOf } from '../text/imports.ts';
import { Refusal } from '../text/refusal.ts';
import { specifierFor } from '../text/specifier.ts';
import { spreadAwait } from '../async/spread-await.ts';
import { writeSpread } from '../async/spread-edits.ts';
import type { Choice } from './worker-choice.ts';
import { moveToWorkerFile } from './worker-file.ts';

/** Moves a function to a pool of threads, or of processes where it is to be isolated, and lets all who call it wait. */
export function moveFunction({ source, home, node, name, call, drivers, moved }: Choice, read: ReadSource): RefactorResult {
  const project = openProject(source.file, read, { fresh: false });
  const spreads = spreadAwait(project, source, [call]);
  const converted = [...(spreads.files.get(home)?.functions ?? [])].find((one) =>
    [...moved.statements].some((statement) => contains(statement, one)),
  );
  if (converted !== undefined)
    throw new Refusal(`${functionWords(home, converted)} would have to wait for a worker and run in one: call ${name} from elsewhere.`);
  const obstacle = project.whyNotEdited(home);
  if (obstacle !== null) throw new Refusal(obstacle);
  const parts = [...new Set([...spreads.files.keys(), home])].map((one) => {
    const editor = editorOf(one);
    return { source: one, editor, imports: importsOf(one, editor) };
  });
  const caller = parts.find((one) => one.source === source)!;
  const own = parts.find((one) => one.source === home)!;
  const callee = bare(call.expression);
  const isForeign = home !== source;
  const file = moveToWorkerFile(
    home,
    own.editor,
    own.imports,
    { node, name, moved },
    isForeign ? null : callee,
    read,
    deadArguments(source, call),
  );
  const callName = isForeign ? caller.imports.name(specifierFor(source, file.edits.file), file.callName) : file.callName;
  const root = rootOf(callee);
  if (root !== null && root !== 'this') caller.imports.dropped(root);
  caller.editor.replace(
    call.expression.getStart(source.ast),
    call.expression.end,
    callName,
    moved.isolated === true ? 'compute in a process' : 'compute in a worker',
  );
  for (const { source: one, editor, imports } of parts) {
    const spread = spreads.files.get(one);
    if (spread !== undefined) writeSpread(project, editor, spread, one === source ? drivers : [], { kind: 'workers' });
    imports.flush();
  }
  // That the function itself needs nothing of the call before is known from its own file.
  const doubt = `\`${textOf(source, call.expression)}\` is taken not to depend`;
  const driving = drivers.flatMap((driver) => driver.review).filter((one) => !isForeign || !one.startsWith(doubt));
  return finish(parts, {
    title: `Move ${name} to ${moved.isolated === true ? 'processes of its own' : 'a worker pool'}`,
    review: [...moved.review, ...spreads.review, ...driving],
    more: [file.edits],
  });
}

/** The computing of all that would move, as far as it is hot. */
export function computingWithin(choice: Choice | null, hotSpot: HotSpot, context: AdviceContext): number {
  if (choice === null) return computingOf(hotSpot);
  let us = 0;
  for (const other of context.hotSpots) {
    const node =
      other.file === choice.home.file ? findFunction(choice.home, { name: other.function, line: other.line, column: other.column }) : null;
    if (node !== null && node !== 'top' && [...choice.moved.statements].some((statement) => contains(statement, node)))
      us += computingOf(other);
  }
  return Math.max(us, computingOf(hotSpot));
}
