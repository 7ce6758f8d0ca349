import type TS from 'typescript';
import type { AdviceContext, ReadSource, RefactorResult } from '../../../../core/advise/advice.ts';
import type { HotSpot } from '../../../../core/profile/hot-spots.ts';
import { openProject } from '../../project/open-project.ts';
import { rootOf } from '../../syntax/effects.ts';
import { bare, contains, findFunction, functionWords } from '../../syntax/locate.ts';
import { deadArguments } from '../../syntax/movable.ts';
import { placeOfDriver } from '../loops/drivers.ts';
import { textOf, type Source } from '../../syntax/source.ts';
import { computingOf } from './computing.ts';
import { editorOf } from '../text/editor.ts';
import { finish } from '../text/finish.ts';
import { importsOf } from '../text/imports.ts';
import { Refusal } from '../text/refusal.ts';
import { specifierFor } from '../text/specifier.ts';
import { poolPackage } from './pool-code.ts';
import { spreadAwait } from '../async/spread-await.ts';
import { writeSpread } from '../async/spread-edits.ts';
import { notShared, shareMemory, sharedArrayOf, sharedWords, sharingReview, whyNotShared, type SharedArray } from './shared-arrays.ts';
import type { Choice } from './worker-choice.ts';
import { moveToWorkerFile } from './worker-file.ts';

/**
 * Typed arrays that the moved calls are given again and again, made in the file of the call with a length: they could be made over shared memory. With the
 * reason why one can't, as a part of a sentence that begins with its name.
 */
export function sharedByCalls({ source, home, node, call, drivers, moved }: Choice): { array: SharedArray; reason: string | null }[] {
  if (moved.isolated === true) return [];
  const dead = deadArguments(source, call);
  const seen = new Set<TS.Node>();
  return call.arguments.flatMap((argument, index) => {
    const array = dead.includes(index) ? null : sharedArrayOf(source, argument);
    if (array === null || seen.has(array.creation)) return [];
    seen.add(array.creation);
    if (home === source && [...moved.statements].some((one) => contains(one, array.creation))) return [];
    const inWorkers = [node, ...moved.statements];
    const zones = drivers.length > 0 ? drivers.map(placeOfDriver) : [call];
    const reasons = zones.map((zone) => whyNotShared(source, array, { zone, inWorkers, filled: false }));
    return [{ array, reason: reasons.find((one) => one !== null) ?? null }];
  });
}

/**
 * Moves a function to a pool of threads, or of processes where it is to be isolated, and lets all who call it wait.
 * @param shares whether typed arrays are to be made over shared memory, in place of being copied
 */
export function moveFunction(choice: Choice, read: ReadSource, shares = false): RefactorResult {
  const { source, home, node, name, call, drivers, moved } = choice;
  const sharing = shares ? sharedByCalls(choice) : [];
  const shared = sharing.filter((one) => one.reason === null).map((one) => one.array);
  if (shares && shared.length === 0) throw notShared(sharing, `\`${textOf(source, call.expression)}\``);
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
  for (const one of shared) shareMemory(source, caller.editor, one);
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
    title: `Move ${name} to ${moved.isolated === true ? 'processes of its own' : 'a worker pool'}${sharedWords(shared)}`,
    review: [...moved.review, ...errorsReview(home, name, moved, read), ...sharingReview(sharing), ...spreads.review, ...driving],
    more: [file.edits],
  });
}

/** A package's pool hands over errors as they are copied: without what was added to them. */
function errorsReview(home: Source, name: string, { imports, isolated }: Choice['moved'], read: ReadSource): string[] {
  const pool = isolated === true || imports.size === 0 ? null : poolPackage(home, read);
  return pool === null
    ? []
    : [`an error that ${name} throws arrives from ${pool.module} without what was added to it, such as its \`code\``];
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
