/**
 * Why a call that was refused can't be made asynchronous inside of its project, whatever an engineer writes there: each criterion is looked up in the
 * syntax, and holds only where somebody outside of the project would have to change too. Null for all others: they could be, and aren't.
 * @param loaded the modules of the project that is measured: `openProject` and what reads syntax
 */
export function whyImpossible({ openProject, walk, ts, enclosingFunction }, file, line, reason, read) {
  const project = openProject(file, read, { fresh: false });
  const source = project.source(file);
  if (typeof source === 'string') return null;
  if (/must do its work at once|compares at once|can't wait for a replacement|called by Node itself|type guard|The accessor/.test(reason))
    return 'called by the language or Node, which take its result at once';
  const made = /^A constructor can't await, and (?:that of )?(\w+) /.exec(reason)?.[1];
  if (made !== undefined && project.files.some((one) => project.isPublic(one) && new RegExp(`\\b${made}\\b`).test(read(one) ?? '')))
    return 'the constructor of a class that the package publishes: `new` answers with the object at once';
  if (/top level of a CommonJS file/.test(reason)) {
    const statement = topLevelStatementOn(source, line, { walk, ts, enclosingFunction });
    if (statement !== null && isNeededByLoaders(source, statement, { walk, ts }))
      return 'the top level of a CommonJS file whose exports need it: `require` answers at once';
  }
  return null;
}

/** The statement of the file itself, outside of functions, that makes a call on a line. */
function topLevelStatementOn(source, line, { walk, ts, enclosingFunction }) {
  for (const statement of source.ast.statements) {
    let found = false;
    walk(statement, (node) => {
      const here = source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast)).line + 1;
      if (ts.isCallExpression(node) && here === line && enclosingFunction(node) === null) found = true;
    });
    if (found) return statement;
  }
  return null;
}

/** Whether a class or an export needs what a statement declares, at the moment it is made. A function could wait for it when it is called. */
function isNeededByLoaders(source, statement, { walk, ts }) {
  const declared = [...source.scopes.root.bindings.values()].filter(
    ({ identifier }) => statement.pos <= identifier.pos && identifier.end <= statement.end,
  );
  const isOutside = ({ identifier }) => identifier.pos < statement.pos || identifier.end > statement.end;
  const isUsed = declared.some((binding) => binding.references.some((one) => isOutside(one) && isInClassOrExport(one.identifier, ts)));
  const isExported = (node) => ts.isPropertyAccessExpression(node) && /^(module\.exports|exports\b)/.test(node.getText(source.ast));
  let exportsAnything = false;
  walk(source.ast, (node) => {
    if (isExported(node)) exportsAnything = true;
  });
  return exportsAnything && (isUsed || isExportOf(statement, source, walk, isExported));
}

function isInClassOrExport(identifier, ts) {
  for (let node = identifier.parent; !ts.isSourceFile(node); node = node.parent)
    if (ts.isClassLike(node) || (ts.isBinaryExpression(node) && /^(module\.)?exports\b/.test(node.left.getText()))) return true;
  return false;
}

function isExportOf(statement, source, walk, isExported) {
  let found = false;
  walk(statement, (node) => {
    if (isExported(node)) found = true;
  });
  return found;
}
