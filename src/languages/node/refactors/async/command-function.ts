import type TS from 'typescript';
import { bare } from '../../syntax/locate.ts';
import { lineOf, textOf, type Source } from '../../syntax/source.ts';
import { ts } from '../../syntax/typescript.ts';
import type { Editor } from '../text/editor.ts';
import type { Imports } from '../text/imports.ts';
import { freshName, inStyle } from '../loops/pool-function.ts';
import { Refusal } from '../text/refusal.ts';

const written = new WeakMap<Editor, Map<string, { name: string; forwards: boolean; text: boolean }>>();

/**
 * Makes a call of `execSync` or `execFileSync` one of a function that the file gets. `promisify(execFile)` would not do: it answers with an
 * object, decodes as UTF-8 by default, leaves the command's stdin open (so `cat` would wait for ever) and keeps its stderr to itself.
 */
export function commandFunction(source: Source, editor: Editor, imports: Imports, call: TS.CallExpression, api: 'exec' | 'execFile'): void {
  const line = lineOf(source, call.getStart(source.ast));
  const callee = bare(call.expression);
  const [first, second, third] = call.arguments;
  if (first === undefined || call.arguments.some(ts.isSpreadElement))
    throw new Refusal(`The arguments of \`${api}Sync\` in line ${line} are spread: write them out first.`);
  const optionsNode =
    api === 'exec' ? second : (third ?? (second !== undefined && optionsLiteral(source, second) !== null ? second : undefined));
  const options = readOptions(source, optionsNode, `${api}Sync`, line);
  const functions = written.get(editor) ?? new Map<string, { name: string; forwards: boolean; text: boolean }>();
  written.set(editor, functions);
  const known = functions.get(api);
  if (known !== undefined && (known.forwards !== options.forwards || known.text !== options.text))
    throw new Refusal(`The calls of \`${api}Sync\` in this file treat the command's output differently: make them asynchronous by hand.`);
  const name = known?.name ?? freshName(source, `${api}Async`);
  if (known === undefined) {
    functions.set(api, { name, ...options });
    const original = ts.isPropertyAccessExpression(callee)
      ? `${textOf(source, callee.expression)}.${api}`
      : imports.name('child_process', api);
    editor.append(functionText(source, api, name, original, options), 'a function that runs a command without blocking');
  }
  editor.replace(callee.getStart(source.ast), callee.end, name, 'call the asynchronous API');
  if (api === 'execFile' && optionsNode !== undefined && optionsNode === second) editor.before(second, '[], ', 'call the asynchronous API');
}

function readOptions(source: Source, node: TS.Expression | undefined, api: string, line: number): { forwards: boolean; text: boolean } {
  if (node === undefined) return { forwards: true, text: false };
  const literal = optionsLiteral(source, node);
  if (literal === null)
    throw new Refusal(`The options of \`${api}\` in line ${line} can't be told from the text: write them as an object there.`);
  let forwards = true;
  let text = false;
  for (const property of literal.properties) {
    const key = property.name === undefined ? null : textOf(source, property.name).replace(/['"]/g, '');
    const value = ts.isPropertyAssignment(property) ? textOf(source, property.initializer).replace(/["`]/g, "'") : null;
    if (key === null) throw new Refusal(`The options of \`${api}\` in line ${line} are spread: write them out first.`);
    if (key === 'input')
      throw new Refusal(`\`${api}\` in line ${line} writes to the command's stdin (\`input\`): use \`spawn\` and write to its stdin.`);
    if (key === 'encoding') text = value !== null && value !== "'buffer'" && value !== 'null';
    if (key === 'stdio') {
      const parts =
        value === "'pipe'" ? ['pipe', 'pipe', 'pipe'] : (/^\[\s*'(\w+)',\s*'(\w+)',\s*'(\w+)',?\s*\]$/.exec(value ?? '')?.slice(1) ?? []);
      if (parts[1] !== 'pipe' || parts[0] === 'inherit')
        throw new Refusal(
          `The command in line ${line} shares our stdin or stdout (\`stdio\`): use \`spawn\`, whose output comes as it is made.`,
        );
      forwards = parts[2] === 'inherit';
    }
  }
  return { forwards, text };
}

function optionsLiteral(source: Source, node: TS.Expression): TS.ObjectLiteralExpression | null {
  const value = bare(node);
  if (ts.isObjectLiteralExpression(value)) return value;
  if (!ts.isIdentifier(value)) return null;
  const binding = source.scopes.bindingOf(value);
  if (binding?.kind !== 'const' || !ts.isVariableDeclaration(binding.declaration) || binding.declaration.initializer === undefined)
    return null;
  const initializer = bare(binding.declaration.initializer);
  return ts.isObjectLiteralExpression(initializer) ? initializer : null;
}

function functionText(
  source: Source,
  api: 'exec' | 'execFile',
  name: string,
  original: string,
  { forwards, text }: { forwards: boolean; text: boolean },
): string {
  const result = text ? 'string' : 'Buffer';
  const typed = source.typescript;
  const parameters =
    api === 'exec' ? `command${typed ? ': string' : ''}` : `file${typed ? ': string' : ''}, args${typed ? ': readonly string[]' : ''} = []`;
  const passed = api === 'exec' ? 'command' : 'file, args';
  return inStyle(
    source,
    `/** Like ${api}Sync, without blocking: resolves to what the command wrote on stdout. */
function ${name}(${parameters}, options${typed ? ': object' : ''} = {})${typed ? `: Promise<${result}>` : ''} {
  return new Promise((resolve, reject) => {
    const child = ${original}(${passed}, { encoding: 'buffer', ...options }, (error, stdout, stderr) => {
${forwards ? '      process.stderr.write(stderr);\n' : ''}      if (error) reject(Object.assign(error, { status: typeof error.code === 'number' ? error.code : null, stdout, stderr }));
      else resolve(stdout${typed ? ` as unknown as ${result}` : ''});
    });
    child.stdin${typed ? '?' : ''}.end();
  });
}
`,
  );
}
