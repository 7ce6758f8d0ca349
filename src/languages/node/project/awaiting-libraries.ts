import { join, sep } from 'node:path';
import type TS from 'typescript';
import { bare } from '../syntax/locate.ts';
import { importedExpression } from '../syntax/modules.ts';
import { isExported } from '../syntax/value-uses.ts';
import type { Source } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import type { Project } from './project.ts';

/** A dependency that calls functions in the objects it is given, and waits for what they answer with, as its own source shows. */
interface Library {
  module: string;
  /** The first major version that was read. */
  since: number;
  /** Members that it does not wait for. */
  except: RegExp;
  /** A word in the project with which it calls some of them without waiting. */
  unless: { word: string; member: RegExp };
}

const LIBRARIES: readonly Library[] = [
  // lib/index.js of prompts 2.4: `type = await type(…)`, `await value(…)` for every other member but those it passes on, of which the elements await
  // `validate`, and it awaits `format` itself. Answers that `override` gives are validated without waiting.
  {
    module: 'prompts',
    since: 2,
    except: /^(suggest|onState|onRender|onSubmit|onCancel|stdin|stdout)$/,
    unless: { word: 'override', member: /^validate$/ },
  },
];

/**
 * The dependency that calls a member of an object, where the object goes nowhere else, and how, if it doesn't wait for it: continues "validate is …".
 * Null for all others.
 */
export function awaitingLibrary(
  project: Project,
  source: Source,
  declaration: TS.Node,
  name: string,
): { module: string; how: string | null } | null {
  const object = declaration.parent;
  if (!ts.isObjectLiteralExpression(object)) return null;
  const places = placesOf(source, object);
  if (places === null || places.length === 0) return null;
  const found = new Set(places.map((one) => libraryOf(project, source, one)));
  const [library] = found;
  if (found.size !== 1 || library === undefined || library === null) return null;
  const { module, unless } = library;
  if (library.except.test(name)) return { module, how: `called by ${module}, which doesn't wait for it,` };
  const withModule = new Set(project.filesWith(module));
  const isUsed = unless.member.test(name) && project.filesWith(unless.word).some((file) => withModule.has(file));
  return { module, how: isUsed ? `called by ${module}, which doesn't wait for it where \`${unless.word}\` gives the answer,` : null };
}

/** Where an object is given away, by itself or in a list, as it is or through a constant; null where it can't be told. */
function placesOf(source: Source, object: TS.ObjectLiteralExpression): TS.Expression[] | null {
  let value: TS.Expression = object;
  while (ts.isParenthesizedExpression(value.parent) || ts.isArrayLiteralExpression(value.parent)) value = value.parent;
  const { parent } = value;
  if (ts.isCallExpression(parent)) return [value];
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name) || parent.initializer !== value) return null;
  const binding = source.scopes.bindingOf(parent.name);
  if (binding === null || isExported(binding) || binding.references.some((one) => one.writes && one.identifier !== parent.name))
    return null;
  return binding.references.flatMap(({ identifier }) => (identifier === parent.name ? [] : [identifier]));
}

/** The library whose call a place is the first argument of. */
function libraryOf(project: Project, source: Source, place: TS.Expression): Library | null {
  const call = place.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== place) return null;
  const imported = importedExpression(source, bare(call.expression));
  if (imported === null || (imported.name !== null && imported.name !== 'default')) return null;
  const library = LIBRARIES.find((one) => one.module === imported.module);
  return library !== undefined && isSince(project, source, library) ? library : null;
}

/** Whether the package.json of a file asks for a version that is known. */
function isSince(project: Project, { file }: Source, { module, since }: Library): boolean {
  const folder = project.packages.filter((one) => file.startsWith(one + sep)).sort((a, b) => b.length - a.length)[0];
  const text = folder === undefined ? null : project.text(join(folder, 'package.json'));
  const range = text === null ? null : new RegExp(`"${module}"\\s*:\\s*"[^\\d"]*(\\d+)`).exec(text);
  return range?.[1] !== undefined && Number(range[1]) >= since;
}
