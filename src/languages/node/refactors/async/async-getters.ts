import { basename } from 'node:path';
import type TS from 'typescript';
import { capitalised } from '../../../../core/report/format.ts';
import { memberSymbols } from '../../project/member-symbols.ts';
import { isNamed, whyCalledFromOutside } from '../../project/member-uses.ts';
import type { Project } from '../../project/project.ts';
import { walk } from '../../syntax/locate.ts';
import { isWritten } from '../../syntax/scopes.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import { Refusal } from '../text/refusal.ts';

/** A place that reads a getter: `store.text` → `await store.getText()`. */
export interface Access {
  source: Source;
  node: TS.PropertyAccessExpression;
  method: string;
}

/** Everywhere a getter of a class is read, if it may become an async method. Refuses where one place reads it some other way, or may. */
export function accessesOf(project: Project, source: Source, getter: TS.GetAccessorDeclaration): { accesses: Access[]; review: string } {
  const name = ts.isIdentifier(getter.name) ? getter.name.text : null;
  const words = `The accessor ${name ?? textOf(source, getter.name)}`;
  const sorry = (why: string): Refusal => new Refusal(`${words} can't await, and ${why}: make it a method first.`);
  const holder = getter.parent;
  if (name === null) throw sorry('its name is computed');
  if (!ts.isClassLike(holder)) throw sorry('what copies or prints its object reads it too');
  if (holder.members.some((one) => ts.isSetAccessor(one) && one.name.getText() === name)) throw sorry('there is a setter beside it');
  const outside = whyCalledFromOutside({ project }, source, getter, name);
  if (outside !== null) throw sorry(`it is ${outside}`.replace(/,$/, ''));
  const method = `get${capitalised(name)}`;
  if (project.filesWith(method).length > 0) throw sorry(`\`${method}\` is the name of something else already`);
  const symbols = memberSymbols(project, name, { source, declaration: getter });
  const accesses: Access[] = [];
  for (const file of project.filesWith(name)) {
    const other = project.source(file);
    if (typeof other === 'string') throw sorry(`${basename(file)}, which has its name in it, can't be read`);
    walk(other.ast, (node) => {
      const place = (): string =>
        `\`${textOf(other, node.parent).replace(/\s+/g, ' ').slice(0, 40)}\` in line ${lineOf(other, node.getStart(other.ast))} of ${basename(file)}`;
      if (ts.isElementAccessExpression(node) && !ts.isLiteralExpression(node.argumentExpression) && symbols.mayReach(other, node))
        throw sorry(`line ${lineOf(other, node.getStart(other.ast))} of ${basename(file)} may reach it by a name that is computed`);
      if (!isNamed(node, name) || node.parent === getter) return;
      const meaning = symbols.meaningOf(other, node);
      if (meaning === 'other') return;
      if (meaning === 'unknown') throw sorry(`${place()} may be it, as no type can be told`);
      const { parent } = node;
      if (!ts.isPropertyAccessExpression(parent) || parent.expression.kind === ts.SyntaxKind.SuperKeyword || isWritten(parent))
        throw sorry(`${place()} uses it in another way than reading it`);
      accesses.push({ source: other, node: parent, method });
    });
  }
  if (accesses.length === 0) throw sorry('nothing in the project reads it');
  return {
    accesses,
    review: `\`${name}\` of ${holder.name?.text ?? 'the class'} was a property and is a method now, \`${method}\`: what reads it by a computed name would miss it`,
  };
}

/** `get text()` → `async getText()`. */
export function writeGetter(source: Source, editor: Editor, getter: TS.GetAccessorDeclaration, method: string): void {
  const keyword = getter.getChildren(source.ast).find((child) => child.kind === ts.SyntaxKind.GetKeyword)!;
  const start = keyword.getStart(source.ast);
  editor.replace(start, getter.name.end, `async ${method}`, "a getter can't wait, a method can");
}
