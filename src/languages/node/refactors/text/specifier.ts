import { dirname, relative, sep } from 'node:path';
import type { Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/** How a file imports another one: in TypeScript with the ending that the file's other imports have. */
export function specifierFor(source: Source, file: string): string {
  const path = relative(dirname(source.file), file).split(sep).join('/');
  const name = path.startsWith('.') ? path : `./${path}`;
  if (!source.typescript) return name;
  const others = source.ast.statements.flatMap((one) =>
    ts.isImportDeclaration(one) && ts.isStringLiteral(one.moduleSpecifier) && one.moduleSpecifier.text.startsWith('.')
      ? [one.moduleSpecifier.text]
      : [],
  );
  if (others.length === 0 || others.some((one) => /\.[mc]?ts$/.test(one))) return name;
  if (others.some((one) => /\.[mc]?js$/.test(one))) return name.replace(/ts$/, 'js');
  return name.replace(/\.[mc]?ts$/, '');
}
