import { namesModule, requirements } from './loaded-modules.ts';
import { enclosingFunction, positionOf } from './source-text.ts';
import type { FunctionRange, SourceFunctions } from './source-text.ts';

/**
 * The 1-based lines of a function (null: top-level code), nested ones left out, that call something by a name which the text took from the
 * package or module of `file`: `marked.parse(…)` for a file of `marked`, whatever its own code calls the function.
 */
export function linesThatUse(source: SourceFunctions, within: FunctionRange | null, file: string): number[] {
  const lines = new Set<number>();
  for (const name of importedNames(source, file)) {
    const call = new RegExp(`(?<![\\w$.#])${name.replaceAll('$', '\\$')}(?:\\s*(?:\\?\\.|\\.)\\s*[\\w$]+)*\\s*(?:\\?\\.)?\\s*\\(`, 'g');
    call.lastIndex = within?.start ?? 0;
    for (let found = call.exec(source.masked); found && found.index < (within?.end ?? Infinity); found = call.exec(source.masked)) {
      const at = positionOf(source, found.index);
      if (enclosingFunction(source, at.line, at.column)?.start === within?.start) lines.add(at.line);
    }
  }
  return [...lines];
}

/** The names by which a text knows what it takes from the module of `file`. */
function importedNames(source: SourceFunctions, file: string): string[] {
  const names = new Set<string>();
  for (const { offset, specifier } of requirements(source)) {
    if (!namesModule(specifier, file)) continue;
    const before = source.masked.slice(Math.max(0, offset - 2000), offset);
    const bound =
      /\bimport\s+(?:type\s+)?([\w$*{][\w$*{},\s]*?)\s*$/.exec(before) ??
      /\b(?:const|let|var)\s+([^=;]+?)\s*=\s*(?:await\s+)?\(?\s*$/.exec(before);
    // `import { a as b }` and `const { a: b } = …` bind what comes last, `import * as ns` likewise.
    for (const part of bound?.[1]?.split(/[{},]/) ?? []) {
      const name = /([\w$]+)\s*$/.exec(part.replace(/=.*$/s, ''));
      if (name) names.add(name[1]!);
    }
  }
  return [...names];
}
