import type { FunctionNode } from '../../syntax/locate.ts';
import type { Source } from '../../syntax/source.ts';
import type { Editor } from '../text/editor.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';

const WHY = 'the test ends when it says so';

/** The helper that was written into a file already, by its editor. */
const written = new WeakMap<Editor, string>();

/**
 * Keeps the promise of an async test from a runner that would end the test with it. An error becomes what it was: tap is told of it, and with tape it
 * ends the process.
 */
export function keepPromise(source: Source, editor: Editor, test: FunctionNode, runner: string): void {
  const name = written.get(editor) ?? writeHelper(source, editor, runner);
  editor.before(test, `${name}(`, WHY);
  editor.after(test, ')', WHY);
}

function writeHelper(source: Source, editor: Editor, runner: string): string {
  const name = freshName(source, 'endedByHand');
  written.set(editor, name);
  const context = runner === 'tap' ? '<Context extends { threw(error: unknown): void }>' : '<Context>';
  const types = source.typescript ? [context, ': (t: Context) => Promise<void>', ': (t: Context) => void'] : ['', '', ''];
  const caught = runner === 'tap' ? '.catch((error) => t.threw(error))' : '';
  editor.append(
    inStyle(
      source,
      `/** A test that goes on until \`t.end\` or its plan: ${runner} would end it with the promise of an async function. */
function ${name}${types[0]!}(test${types[1]!})${types[2]!} {
  return (t) => {
    void test(t)${caught};
  };
}
`,
    ),
    WHY,
  );
  return name;
}
