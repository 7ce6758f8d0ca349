import type TS from 'typescript';
import type { Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';

/** Takes `from` off the beginning of every line but the first, and puts `to` there; not inside template literals, whose text is part of the program. */
export function reindented(source: Source, text: string, from: string, to: string): string {
  const ast = ts.createSourceFile(source.file, text, ts.ScriptTarget.Latest, true, source.typescript ? ts.ScriptKind.TS : ts.ScriptKind.JS);
  const fixed: [number, number][] = [];
  const collect = (node: TS.Node): void => {
    if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) fixed.push([node.getStart(ast), node.end]);
    ts.forEachChild(node, collect);
  };
  collect(ast);
  return text.replace(/\n([ \t]*)(?=[^\r\n])/g, (line, space: string, offset: number) =>
    fixed.some(([start, end]) => offset > start && offset < end)
      ? line
      : `\n${to}${space.startsWith(from) ? space.slice(from.length) : space}`,
  );
}
