import type TS from 'typescript';
import { bare, functionOf, isAsync } from './locate.ts';
import { globalName, importedAs, importedExpression } from './modules.ts';
import { textOf, type Source } from './source.ts';
import { ts } from './typescript.ts';

/**
 * What calls make that can't be copied to another thread, or comes there as something else: the end of a sentence about it, with what to send in its
 * place where there is something. Each was run with Node 20, 22 and 24.
 */
const MADE_BY_NODE: { module: RegExp; name: RegExp; words: string }[] = [
  {
    module: /^crypto$/,
    name: /^create(Hash|Hmac|Cipheriv|Decipheriv|Sign|Verify|DiffieHellman|ECDH)$/,
    words: "an object with a state of its own, which can't be copied: send what it is fed with.",
  },
  { module: /^fs$/, name: /^create(Read|Write)Stream$/, words: "a stream, which can't be copied: send the file's name." },
  {
    module: /^(stream|zlib)(\/.*)?$/,
    name: /^(create\w+|(Readable|Duplex)\.from|compose|pipeline)$/,
    words: "a stream, which can't be copied.",
  },
  {
    module: /^(http|https|http2|net|tls|dgram)$/,
    name: /^(create\w+|request|get|connect)$/,
    words: "a connection or server, which can't be copied.",
  },
  { module: /^fs(\/promises)?$/, name: /^(promises\.)?open$/, words: "a file handle, which can't be copied: send the file's name." },
  { module: /^fs(\/promises)?$/, name: /^(promises\.)?opendir(Sync)?$/, words: "an open directory, which can't be copied: send its name." },
  {
    module: /^fs(\/promises)?$/,
    name: /^(f?l?stat(fs)?Sync|(promises\.)?l?stat)$/,
    words: 'a Stats, which would lose its methods when it is copied: send its fields.',
  },
  { module: /^child_process$/, name: /^(spawn|exec|execFile|fork)$/, words: "a process, which can't be copied." },
  { module: /^(readline|events|worker_threads|timers)$/, name: /./, words: "an object of Node's own, which can't be copied." },
];

const GLOBAL_OBJECTS = new Set(
  'Math JSON Intl Reflect Atomics performance process console globalThis global crypto navigator WebAssembly'.split(' '),
);

/** Why what a call gives can't be copied; null where nothing is known that can't. */
export function whyCallNotCloned(source: Source, call: TS.CallExpression): string | null {
  const callee = bare(call.expression);
  const global = globalName(source, callee);
  if (global !== null) return whyGlobalNotCloned(source, global, call);
  const imported = importedExpression(source, callee);
  if (imported !== null) {
    const name = (imported.name ?? '').replace(/^default\./, '');
    if (
      imported.module === 'fs' &&
      name === 'readdirSync' &&
      call.arguments[1] !== undefined &&
      /withFileTypes/.test(textOf(source, call.arguments[1]))
    )
      return 'a list of Dirents, which would lose their methods when they are copied: send the names.';
    return MADE_BY_NODE.find((one) => one.module.test(imported.module) && one.name.test(name))?.words ?? null;
  }
  const own = ts.isIdentifier(callee) ? functionOf(source.scopes.bindingOf(callee)) : null;
  if (own !== null && isAsync(own) && !ts.isAwaitExpression(call.parent)) return "a promise, which can't be copied: await it first.";
  if (!ts.isPropertyAccessExpression(callee)) return null;
  const method = callee.name.text;
  if (method === 'bind' && call.arguments.length > 0) return "a function, which can't be copied.";
  if (method === 'matchAll' || (/^(values|keys|entries)$/.test(method) && call.arguments.length === 0))
    return "an iterator, which can't be copied: make a list of it (`[...]`).";
  return /^(then|catch|finally)$/.test(method) && !ts.isAwaitExpression(call.parent)
    ? "a promise, which can't be copied: await it first."
    : null;
}

function whyGlobalNotCloned(source: Source, global: string, call: TS.CallExpression): string | null {
  const [first] = call.arguments;
  if (global.endsWith('.bind')) return "a function, which can't be copied.";
  if (/^Symbol(\.for)?$/.test(global)) return "a symbol, which can't be copied.";
  if (/^set(Timeout|Interval|Immediate)$/.test(global)) return "a timer, which can't be copied.";
  if (/^(Promise\.\w+|fetch)$/.test(global) && !ts.isAwaitExpression(call.parent))
    return "a promise, which can't be copied: await it first.";
  if (global === 'fetch') return "a Response, which can't be copied: send its text.";
  if (global === 'Object.create') return 'an object with a prototype of its own, which a copy lacks.';
  if (global === 'Object.assign' && first !== undefined && !ts.isObjectLiteralExpression(bare(first)) && !ts.isIdentifier(bare(first)))
    return `made by \`${textOf(source, call).replace(/\s+/g, ' ').slice(0, 40)}\`, whose properties a copy may lack.`;
  if (/^(Object\.(defineProperty|defineProperties|setPrototypeOf))$/.test(global))
    return 'an object with properties of its own kind, which a copy lacks.';
  return null;
}

/** Why what a name stands for can't be copied, where it is not a variable of the file: a module, a class, an object of the language. */
export function whyNameNotCloned(source: Source, name: TS.Identifier): string | null {
  const binding = source.scopes.bindingOf(name);
  if (binding === null) {
    if (GLOBAL_OBJECTS.has(name.text)) return `the global \`${name.text}\`, which can't be copied.`;
    return /^[A-Z]/.test(name.text) && !/^(Infinity|NaN)$/.test(name.text) ? "a class, which can't be copied." : null;
  }
  if (binding.kind === 'class') return "a class, which can't be copied.";
  const imported = importedAs(binding);
  return imported !== null && imported.name === null && !/^[./]/.test(imported.module)
    ? `the module ${imported.module}, which can't be copied.`
    : null;
}
