import { pick, type Random } from './random.ts';

/**
 * Random programs for the rules where concurrency is not the cure. Each part makes, copies, gathers, searches, queues, computes or reads something
 * in a way that offers a change, mostly with one trap or another near it: a value that changes, escapes, is kept, throws or is empty.
 */
export function cureProgram(random: Random, data: string): string {
  const parts = Array.from({ length: 1 + random(2) }, (_, index) => pick(random, PARTS)(new Part(random, index, data)));
  return [
    ...(random(4) === 0 ? ["'use strict';"] : []),
    "const { readFileSync } = require('node:fs');",
    'let ticks = 0;',
    'const kept = [];',
    'function weigh(value) {\n  let sum = 0;\n  for (const letter of String(value)) sum = (sum * 31 + letter.charCodeAt(0)) % 97;\n  return sum;\n}',
    'function tick() {\n  return ++ticks;\n}',
    ...parts,
    'print(ticks, kept);',
    '',
  ].join('\n');
}

/** What a part is made with: random choices, and names that no other part has. */
class Part {
  readonly name: string;
  private readonly random: Random;
  readonly data: string;

  constructor(random: Random, index: number, data: string) {
    this.random = random;
    this.name = `part${index}`;
    this.data = data;
  }

  one(...choices: string[]): string {
    return pick(this.random, choices);
  }

  /** One time of so many. */
  seldom(times: number, text: string): string {
    return this.random(times) === 0 ? text : '';
  }

  below(number: number): number {
    return this.random(number);
  }

  /** A call whose end is printed, whether it returns or throws. */
  shown(call: string): string {
    return `try {\n  print('${this.name}', ${call});\n} catch (error) {\n  print('${this.name}', error.name, error.message);\n}`;
  }

  /** A loop over `list`, in one form or another, that runs `body` for each `item`. */
  loop(list: string, body: string): string {
    const index = `i${this.name}`;
    switch (this.below(7)) {
      case 0:
        return `for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {\nconst item = ${list}[${index}];\n${body}\n}`;
      case 1:
        return `${list}.forEach((item) => {\n${body.replaceAll('continue;', 'return;').replaceAll('break;', 'return;')}\n});`;
      case 2:
        return `let ${index} = 0;\nwhile (${index} < ${list}.length) {\nconst item = ${list}[${index}++];\n${body}\n}`;
      case 3:
        return `for (let ${index} = 0; ${index} < 2; ${index}++) {\nfor (const item of ${list}) {\n${body}\n}\n}`;
      case 4:
        return `if (${list}.length >= 0) for (const item of ${list}) {\n${body}\n}`;
      default:
        return `for (const item of ${list}) {\n${body}\n}`;
    }
  }

  words(): string {
    return this.one(
      "['tea', 'coffee', 'tea and milk', '']",
      "['a1', 'b22', 'a333', 'ß', 'ÄÖ']",
      '[]',
      "['milk']",
      "['10', '9', '', 'x.y', 'tea']",
    );
  }

  numbers(): string {
    return this.one('[3, 1, 2, 3]', '[0, -0, 5, NaN, 7]', '[]', '[10, 9, 1]', '[1.5, 2.25, -3]', '[7]');
  }
}

type MakePart = (part: Part) => string;

/** Makes the same in each round, or nearly. */
const pattern: MakePart = (part) => {
  const source = part.one("'t(e)a'", 'word', 'word', '`^${word}`', "options.word + ''", "'[a-z]+'", 'item', "word + '\\\\d*'");
  const flags = part.one('', ", 'g'", ", 'i'", ", 'gi'", ", 'y'", ', options.flags', ", 'u'");
  const made = `new RegExp(${source}${flags})`;
  const use = part
    .one(
      'if (PATTERN.test(item)) found.push(item);',
      "found.push(item.replace(PATTERN, '<$&>'));",
      'const match = PATTERN.exec(item);\nif (match !== null) found.push(match[0], match.index);',
      'found.push(...(item.match(PATTERN) ?? []));',
      'found.push(item.split(PATTERN).length);',
      'const pattern = PATTERN;\nfound.push(pattern.test(item), pattern.lastIndex);',
      'const pattern = PATTERN;\nif (pattern.test(item)) found.push(item.search(pattern));',
      'const pattern = PATTERN;\nfound.push(pattern.source + pattern.flags);',
      'const pattern = PATTERN;\nkept.push(pattern);',
      'const pattern = PATTERN;\npattern.seen = item;\nfound.push(pattern.seen);',
      'let pattern = PATTERN;\nif (item.length > 2) pattern = /x/;\nfound.push(pattern.test(item));',
      'found.push([item, item].filter((one) => PATTERN.test(one)).length);',
      'switch (item) {\ncase "tea":\nfound.push(PATTERN.test(item));\nbreak;\ndefault:\nfound.push(item);\n}',
      'try {\nfound.push(PATTERN.test(item));\n} catch (error) {\nfound.push(error.name);\n}',
    )
    .replaceAll('PATTERN', made);
  const trap = part.one(
    '',
    '',
    '',
    "word += 'x';",
    "options.word = 'other';",
    'change();',
    'if (item.length === 0) continue;',
    'if (found.length > 3) break;',
  );
  const body = part.one(`${use}\n${trap}`, `${trap}\n${use}`);
  return `const options${part.name} = { word: ${part.one("'a'", "'t'", "'('")}, flags: ${part.one("'g'", "'i'", "''")} };
function ${part.name}(items, word) {
const options = options${part.name};
const found = [];
const change = () => {\nword = ${part.one("'m'", 'word')};\n};
${part.loop('items', body)}
return found;
}
${part.shown(`${part.name}(${part.words()}, ${part.one("'t'", "'a'", "'('", "'e'")})`)}
${part.shown(`${part.name}(${part.words()}, 'k')`)}`;
};

const parsed: MakePart = (part) => {
  const text = part.one('TEXT', 'TEXT', 'text', "'[3,1,2]'");
  const use = part.one(
    'found.push(value.length);',
    'found.push(value);',
    'value.push(item);\nfound.push(value.length);',
    'value.sort();\nfound.push(value[0]);',
    'found.push([...value].sort()[0]);',
    'const [first] = value;\nfound.push(first);',
    'for (const one of value) found.push(one);',
    'found.push(value.map((one) => one + 1).join());',
    'found.push(value.includes(item));',
    'found.push(kept.includes(value));\nkept.push(value);',
    'touch(value);\nfound.push(value.length);',
    'found.push(value === last);\nlast = value;',
    'found.push(value.slice(0, 1));',
  );
  const trap = part.one('', '', '', "text = '[' + item.length + ']';", 'if (item.length > 3) break;');
  return `const TEXT${part.name} = '[1,{"a":2},"b"]';
function touch${part.name}(list) {
${part.one('list.pop();', 'return list.length;', 'kept.push(list.length);')}
}
function ${part.name}(items, text) {
const TEXT = TEXT${part.name};
const touch = touch${part.name};
const found = [];
let last = null;
${part.loop('items', `const value = JSON.parse(${text.replace('TEXT', part.one('TEXT', `TEXT${part.name}`))});\n${use}\n${trap}`)}
return found;
}
${part.shown(`${part.name}(${part.words()}, ${part.one("'[5]'", "'[6,7,8]'", "'[6,7,8]'", "'oops'")})`)}`;
};

const formatted: MakePart = (part) => {
  const use = part.one(
    "found.push(new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(item));",
    "found.push((item * 1000).toLocaleString('de'));",
    "found.push(Number(item).toLocaleString('en', options));",
    "found.push(String(item).localeCompare(label, 'de'));",
    "found.push(new Date(item * 86400000).toLocaleDateString('en-GB', { timeZone: 'UTC' }));",
    "found.push(new Date(item * 86400000).toLocaleDateString('en-GB', { timeZone: 'UTC', year: 'numeric' }));",
    "found.push(new Date(item * 86400000).toLocaleTimeString('en-GB', { timeZone: 'UTC', hour: 'numeric' }));",
    "found.push(new Intl.PluralRules('en').select(item));",
    'found.push(Buffer.from(label).length);',
    'const bytes = Buffer.from(label);\nbytes[0] = 65;\nfound.push(bytes.toString());',
    "const bytes = Buffer.from('tea');\nfound.push(bytes[item % 3]);",
    'const bytes = Buffer.from(label);\nkept.push(bytes);',
    'found.push(Buffer.from(label).toString("base64"));',
    'const sorted = [...items].sort();\nfound.push(sorted.indexOf(item));',
    'const sorted = [...items].sort((a, b) => a - b);\nfound.push(sorted[0]);',
    'const sorted = items.slice().sort((a, b) => b - a);\nsorted.shift();\nfound.push(sorted[0]);',
    'const sorted = [...others].sort();\nfound.push(sorted.length);\nothers.push(item);',
    'const sorted = [...others].sort((a, b) => a - b);\nfound.push(sorted[0]);',
    'found.push([...others].sort().join());\nif (others.length < 9) addTo(others);',
    'const sorted = [...others].sort();\nkept.push(sorted);',
  );
  const trap = part.one('', '', '', "label = label + 'z';", 'options.maximumFractionDigits = 0;', 'if (item > 6) break;');
  return `function addTo${part.name}(list) {
list.push(${part.one('1', 'tick()')});
}
function ${part.name}(items, label) {
const options = { maximumFractionDigits: 2 };
const others = ${part.numbers()};
const addTo = addTo${part.name};
const found = [];
${part.loop('items', `${use}\n${trap}`)}
return found;
}
${part.shown(`${part.name}(${part.numbers().replace('NaN', '4')}, 'tea')`)}`;
};

/** Copies through JSON. */
const copied: MakePart = (part) => {
  const value = part.one('order', 'order', 'order', 'order.lines', 'order.address', 'orders[0]', 'state');
  const isList = value === 'order.lines';
  const use = isList
    ? part.one(
        'copy.push({ price: 5 });',
        'copy.sort((a, b) => b.price - a.price);',
        'copy[0] = null;',
        'copy.length = 0;',
        'for (const line of copy) line.price++;',
        'copy.forEach((line) => {\nsum += line.price;\n});',
        'copy.forEach((line) => {\nline.price = 0;\n});',
        'sum += copy.map((line) => line.price).length;',
        'sum += copy.reduce((all, line) => all + line.price, 0);',
        'copy.reverse();',
        'const [first] = copy;\nfirst.price = 7;',
        'const last = copy.at(-1);\nlast.price = 9;',
        'copy.find((line) => line.price > 1).price = 8;',
        'for (let i = 0; i < copy.length; i++) sum += copy[i].price;',
        'sum += copy.filter((line) => line.price > 1).length;',
        'const cheap = copy.filter((line) => line.price < 3);\ncheap[0].price = 1;',
      )
    : part.one(
        'copy.note = 1;',
        "copy.address = { city: 'X' };",
        "copy.address.city = 'X';",
        'copy.lines.push({ price: 9 });',
        'copy.lines[0].price = 4;',
        'copy.lines.sort((a, b) => b.price - a.price);',
        'delete copy.id;',
        'copy.id++;',
        "copy['id'] = 5;",
        "Object.assign(copy, { id: 6, more: 'm' });",
        "Object.assign(copy.address, { zip: '1' });",
        'sum += copy.lines.length;',
        'for (const line of copy.lines) sum += line.price;',
        'for (const line of copy.lines) line.price *= 2;',
        'const { lines } = copy;\nlines.pop();',
        'const { address: { city } } = copy;\nsum += city.length;',
        'change(copy);',
        'change(copy.address);',
        'look(copy);',
        'sum += look(copy.address);',
        'kept.push(copy);',
        'kept.push(copy.address.city);',
        'sum += copy === order ? 1 : 2;',
        'sum += kept.includes(copy) ? 1 : 2;',
        'sum += seen.has(copy) ? 1 : 2;\nseen.add(copy);',
        'const later = () => copy.id;\norder.id = 50;\nsum += later();',
        'const other = copy;\nother.id = 77;',
        'const part = copy.address;\npart.city = part.city + 1;',
        'const all = { ...copy, id: 3 };\nsum += all.id;',
        'const all = { ...copy };\nall.address.city = "Y";',
        'sum += Object.keys(copy).length;',
        'for (const key in copy) sum += key.length;',
        'sum += JSON.stringify(copy).length;',
        'copy.lines = copy.lines.filter((line) => line.price > 1);',
        'copy.lines[0] = { price: 0 };',
        'copy.address.geo.lat = 9;',
        'copy.address.geo.lat += copy.id;\ncopy.id = 8;',
        'copy.note = order.address;\ncopy.note.city = "Z";',
        'sum += structuredClone(copy).id;',
        '[copy.id, copy.note] = [copy.note, copy.id];',
        '({ id: copy.id } = { id: 44 });',
        'copy.lines.length = 1;',
        'copy.lines.splice(0, 1);',
        'copy.lines.at(0).price = 3;',
        'sum += copy.lines.concat([{ price: 1 }]).length;',
        'const more = copy.lines.concat([{ price: 1 }]);\nmore[0].price = 100;',
      );
  const before = part.one('', '', '', 'order.id = 30;', "order.address.city = 'before';");
  const afterwards = part.one(
    '',
    '',
    '',
    'order.id = 31;',
    "order.address.city = 'after';",
    'order.lines.push({ price: 6 });',
    'change(order);',
    'order.lines[0].price = 66;',
    'order = null;',
  );
  const end = part.one('return sum;', 'return [sum, copy];', 'return [sum, order, orders];', 'return copy.id;', 'return [order, sum];');
  const around = part.one('once', 'once', 'loop', 'closure');
  const made = `const copy = JSON.parse(JSON.stringify(${value}));`;
  const inner = `${made}\n${part.one(`${use}\n${afterwards}`, `${afterwards}\n${use}`)}`;
  const body =
    around === 'once'
      ? `${inner}\n${end}`
      : around === 'loop'
        ? `for (let round = 0; round < 3; round++) {\n${inner}\n${part.one('sum += round;', 'kept.push(sum);', 'order.id += 1;', 'state.id = copy.id;', 'state = copy;')}\n}\nreturn [sum, order, state];`
        : `const make = () => {\n${inner}\nreturn copy;\n};\nconst one = make();\n${part.one('one.id = 99;', 'const two = make();', 'kept.push(one);')}\nreturn [sum, one, order];`;
  return `function change${part.name}(value) {
value.changed = ${part.one('true', 'tick()')};
}
function look${part.name}(value) {
return Object.keys(value).length;
}
let state${part.name} = { id: 1, lines: [{ price: 2 }], address: { city: 'S', geo: { lat: 3 } } };
function ${part.name}(order, orders) {
let sum = 0;
let state = state${part.name};
const seen = new Set();
const change = change${part.name};
const look = look${part.name};
${before}
${body}
}
const first${part.name} = { id: 1, lines: [{ price: 3 }, { price: 1 }], address: { city: 'T', geo: { lat: 1 } } };
${part.shown(`${part.name}(first${part.name}, [first${part.name}, { id: 2, lines: [{ price: 2 }], address: { city: 'U', geo: { lat: 2 } } }])`)}
print(first${part.name}, state${part.name});`;
};

/** Copies that grow with each round. */
const gathered: MakePart = (part) => {
  const byReduce = part.below(2) === 0;
  const isObject = part.below(2) === 0;
  const all = 'all';
  const copy = isObject
    ? part.one(
        '{ ...all, [item]: weigh(item) }',
        '{ ...all, [item]: (all[item] ?? 0) + 1 }',
        "{ ...all, ['k' + item]: item, size: weigh(item) }",
        '{ ...all, [item]: tick(), last: Object.keys(all).length }',
        '{ ...all, ...{ [item]: 1 } }',
        '{ ...all, ...item }',
        '{ ...all, [item]: all }',
        '{ ...all, [item]: fail(item), done: fail(item + 1) }',
        '{ ...all, item }',
        "{ ...all, ['__proto__']: item }",
        '{ ...all, [`x${item}`]: (() => all)() }',
        '{ ...all, get last() {\nreturn item;\n} }',
        '{ ...all, [item]: item, ...all }',
      )
    : part.one(
        '[...all, item]',
        '[...all, item, weigh(item)]',
        '[...all, ...String(item)]',
        '[...all, ...[item, item]]',
        '[...all, all.length]',
        '[...all, all]',
        '[...all, ...all]',
        '[item, ...all]',
        '[...all, fail(item), fail(item + 1)]',
        'all.concat(item)',
        'all.concat([item])',
        'all.concat([item, , item])',
        'all.concat([[item]])',
        'all.concat(list)',
        '[...all, ...(item ? [item] : [])]',
        '[...all, all.includes(item)]',
        '[...all, all.at(-1)]',
        '[...all, ...all.slice(0, 1)]',
      );
  const start = isObject ? part.one('{}', '{}', '{ begin: 0 }', 'initial') : part.one('[]', '[]', '[0]', 'initial', 'list.slice()', 'list');
  const initial = isObject ? '{ given: true }' : "['given']";
  const trap = part.one('', '', '', 'kept.push(all);', 'print(all);', 'kept.push(() => all);', 'const older = all;\nkept.push(older);');
  const condition = part.one('', '', `if (weigh(item) % 2 === 0) `);
  const body = byReduce
    ? part.one(
        `const all = list.reduce${part.one('', '', 'Right')}((${all}, item) => (${copy}), ${start});`,
        `const all = list.reduce((${all}, item${part.seldom(3, ', index, whole')}) => {\n${trap}\n${condition === '' ? '' : `${condition}return all;\n`}return ${copy};\n}, ${start});`,
        `const all = list.reduce((${all}, item) => (weigh(item) > 40 ? ${copy} : all), ${start});`,
        `const all = list.reduce((${all}, item) => (weigh(item) > 40 ? all : ${copy}), ${start});`,
        `const all = list.reduce((${all}, item) => {\nif (item === 'tea') return ${isObject ? '{}' : '[]'};\nreturn ${copy};\n}, ${start});`,
        `const all = list.map((one) => one).reduce((${all}, item) => ${isObject ? `(${copy})` : copy}, ${start});`,
      )
    : `let all = ${start};\n${part.seldom(4, 'const alias = all;\n')}${part.loop(
        'list',
        part.one(
          `${condition}all = ${copy};\n${trap}`,
          `${trap}\n${condition}all = ${copy};`,
          `try {\nall = ${copy};\n} catch (error) {\nkept.push(error.message);\n}`,
          `if (item) all = ${copy};\nelse kept.push(item);`,
        ),
      )}`;
  const end = part.one('return all;', 'return [all, initial, list];', 'const later = all;\nreturn [later, all];');
  return `function fail${part.name}(value) {
if (String(value).length > 4) throw new Error('too long');
return value;
}
function ${part.name}(list, initial) {
const fail = fail${part.name};
${body}
${end}
}
${part.shown(`${part.name}(${part.one(part.words(), part.numbers())}, ${initial})`)}`;
};

/** Searches for a group, and adds it where there is none. */
const grouped: MakePart = (part) => {
  const value = part.one('item', 'item', 'key', 'key', 'box.id', 'weigh(item)');
  const key = part.one('id', 'id', 'id', 'tag');
  const found = `groups.find((one) => one.${key} === ${value})`;
  const made = part.one(
    `{ ${key}: ${value}, n: 1 }`,
    `{ ${key}: ${value}, n: 1 }`,
    `{ n: 1, ${key}: ${value}, ...{ ${part.one('id', 'more')}: 4 } }`,
    `{ id: 'same', tag: item, n: 1 }`,
    `makeGroup(${value})`,
    'box',
    `{ n: groups.length, get ${key}() {\nreturn ${value};\n} }`,
  );
  const before = part.one('', '', '', 'groups.push({ id: 3, tag: 3, n: 0 });', "box.id = 'boxed';", 'addTo(groups);', 'key = tick();');
  const afterwards = part.one('', '', '', 'box.id++;', 'groups[0].n++;', `groups[0].${key} = item;`, 'groups.pop();', 'groups.push(box);');
  const add = part.one(
    `groups.push(${made});`,
    `groups.push(${made});`,
    `const made = ${made};\ngroups.push(made);`,
    `kept.push(groups.push(${made}));`,
  );
  const body = part.one(
    `const known = ${found};\n${before}\nif (known) known.n += 2;\nelse groups.push(${made});`,
    `const known = ${found};\nif (known) {\nknown.n += 2;\n} else {\n${before}\n${add}\n}`,
    `const known = ${found};\nif (known !== undefined) {\nknown.n++;\ncontinue;\n}\n${before}\n${add}`,
    `let known = ${found};\nif (!known) {\nknown = ${made};\ngroups.push(known);\n}\nknown.n += 3;`,
    `if (!${found}) ${add.includes('\n') ? `{\n${add}\n}` : add}`,
    `if (!${found.replace('find', 'some')}) groups.push(${made});\nelse kept.push(item);`,
    `${before}\n${add}\nkept.push(${found}?.n);`,
    `const known = ${found};\nif (known === undefined) {\nfor (const twice of [1, 2]) groups.push(${made});\n}`,
  );
  const inner = `let key = String(item);\nconst box = { id: item, tag: item, n: 7 };\n${body}\n${afterwards}`;
  const start = part.one('[]', '[]', '[]', "[{ id: '2', tag: '2', n: 0 }, { id: 3, tag: 3, n: 0 }, { id: 3, tag: 4, n: 1 }]", 'given');
  const isShared = part.below(4) === 0;
  const declared = `const groups${isShared ? part.name : ''} = ${start === 'given' && isShared ? '[]' : start};`;
  const text = part.loop('list', inner);
  return `function makeGroup${part.name}(id) {
return { id, tag: id, n: 10 };
}
function addTo${part.name}(list) {
${part.one('list.push({ id: 9, tag: 9, n: 9 });', 'kept.push(list.length);')}
}
${isShared ? declared : ''}
function ${part.name}(list, given) {
const makeGroup = makeGroup${part.name};
const addTo = addTo${part.name};
${isShared ? '' : declared}
${isShared ? text.replaceAll(/\bgroups\b/g, `groups${part.name}`) : text}
return groups${isShared ? part.name : ''};
}
${part.shown(`${part.name}(${part.numbers().replace('NaN', '4')}, [{ id: 3, tag: '1', n: 0 }])`)}
${part.shown(`${part.name}(${part.one(part.numbers().replace('NaN', '4'), part.words())}, [])`)}`;
};

/** Searches that a loop repeats. */
const searched: MakePart = (part) => {
  const many = 'Array.from({ length: 20 }, (_, i) => MADE)';
  const kind = part.below(3);
  const trap = part.one(
    '',
    '',
    '',
    'known.push(item);',
    'known = known.concat([item]);',
    'known.length = 1;',
    'known[0] = item;',
    'change(known);',
    'known.pop();',
  );
  if (kind < 2) {
    const known = part.one(
      many.replace('MADE', 'i'),
      many.replace('MADE', 'String(i)'),
      part.numbers(),
      part.words(),
      '[...list]',
      '[undefined, , 3]',
    );
    const asked = part.one(
      'known.includes(item)',
      'known.includes(item + 1)',
      'known.includes(tick())',
      'known.indexOf(item) !== -1',
      'known.indexOf(item) === -1',
      'known.indexOf(item) >= 0',
      'known.indexOf(String(item)) < 0',
      'known.includes(item) && !known.includes(weigh(item))',
      '!known.includes(item)',
    );
    const body = part.one(
      `if (${asked}) found.push(item);\n${trap}`,
      `${trap}\nif (${asked}) found.push(item);`,
      `if (${asked}) {\nknown.push(item);\n}`,
      `if (!known.includes(item)) known.push(item);`,
      `if (${asked}) found.push(item);\nelse known.push(item, 'more');`,
      `found.push(${asked} ? 1 : 0);`,
      `if (${asked}) continue;\nknown.push(item);`,
      `if (item > 2) known.push(item);\nif (${asked}) found.push(item);`,
      `if (${asked}) found.push(known.push(item));`,
    );
    return `function change${part.name}(list) {
list.push(${part.one('1', "'tea'")});
}
function ${part.name}(list${part.one('', ', known')}) {
${part.one('let', 'const')} found = [];
const change = change${part.name};
${part.seldom(3, `for (const start of [1]) kept.push(start);\n`)}KNOWN
${part.loop('list', body)}
return [found, found.length];
}
${part.shown(`${part.name}(${part.one(part.numbers(), part.words(), '[1, 25, 3, 3]')})`)}`
      .replace('KNOWN', () => `${part.one('let', 'var', 'let')} known = ${known};`)
      .replace(', known)', ')');
  }
  const asked = part.one(
    'users.find((one) => one.id === item)',
    'users.find((one) => item === one.id)',
    'users.find((one) => one.id === item.id)',
    'users.some((one) => one.id === item)',
    'users.findIndex((one) => one.id === item)',
    'users.find((one) => one.at.x === item)',
    'users.find((one) => one.id === weigh(item))',
    'users.find((one) => one.id === tick())',
    'users.find((one) => one.id == item)',
    'users.find((one) => one.id === one.at.x)',
  );
  const usersTrap = part.one(
    '',
    '',
    '',
    'users.push({ id: item, at: { x: 1 } });',
    'if (user) user.id = 5;',
    'users[0].id = item;',
    'users.reverse();',
    'if (user) user.seen = true;',
    'rename(users);',
    'users = users.slice(1);',
  );
  return `function rename${part.name}(list) {
for (const one of list) one.id = ${part.one('9', 'one.id')};
}
function ${part.name}(list, users) {
const found = [];
const rename = rename${part.name};
${part.loop('list', part.one(`const user = ${asked};\nfound.push(user);\n${usersTrap}`, `const user = ${asked};\nfound.push(user === undefined ? 'none' : user);\n${usersTrap}`))}
return [found, users];
}
${part.shown(`${part.name}(${part.one(part.numbers(), part.words())}, [{ id: 3, at: { x: 3 } }, { id: 'tea', at: { x: 1 } }, { id: 3, name: 'second', at: { x: 7 } }, { id: NaN, at: { x: 0 } }${part.seldom(6, ', null')}${part.seldom(6, ', { id: 7 }')}])`)}`;
};

/** Queues that are taken from the front. */
const queued: MakePart = (part) => {
  const take = part.one(
    'while (queue.length > 0) {\nconst item = queue.shift();\nBODY\n}',
    'while (queue.length) {\nconst item = queue.shift();\nBODY\n}',
    'let item;\nwhile ((item = queue.shift()) !== undefined) {\nBODY\n}',
    'while (queue.length !== 0) {\nconst { n: item = 0 } = { n: queue.shift() };\nBODY\n}',
    'for (; queue.length > 0; ) {\nconst item = queue.shift();\nBODY\n}',
    'while (queue.length > 0) {\nif (limit-- < 0) break;\nconst item = queue.shift();\nBODY\n}',
    'while (queue.length > 0) {\nconst item = limit > 0 ? queue.shift() : queue.pop();\nBODY\n}',
    'do {\nconst item = queue.shift();\nBODY\n} while (queue.length > 0);',
  );
  const body = part.one(
    'found.push(item);',
    'found.push(item);\nif (item > 2 && limit-- > 0) queue.push(item - 1);',
    'found.push(item);\nif (item > 2 && limit-- > 0) queue.push(item - 1, item - 2);',
    'if (item === 3) continue;\nfound.push(item);',
    'if (item === 3) break;\nfound.push(item);',
    'found.push(queue.length);',
    'found.push(queue[0]);',
    'if (limit-- > 0) queue.unshift(1);\nfound.push(item);',
    'if (limit-- > 0) add(item);\nfound.push(item);',
    'kept.push(queue);',
    'if (item === 5 && limit-- > 0) queue = [2, 3];\nfound.push(item);',
    'for (const other of [1]) {\nfound.push(item + other);\n}',
    'if (limit-- > 0) queue.push(...[item, undefined]);\nfound.push(item);',
  );
  const end = part.one('', '', 'found.push(queue.length);', 'queue.push(1);\nfound.push(queue.shift());', 'kept.push(queue);');
  const start = part.one(
    part.numbers(),
    '[1, undefined, 2]',
    'Array.from({ length: 5 }, (_, i) => i)',
    'given',
    'given.slice()',
    '[given[0]]',
  );
  return `function ${part.name}(given) {
const found = [];
let limit = 6;
let queue = ${start};
const add = (value) => {\nqueue.push(value);\n};
${part.seldom(5, 'queue.push(9);\n')}${part.seldom(6, 'for (let outer = 0; outer < 2; outer++) {\n')}${take.replace('BODY', body)}
${end}
return [found, given];
}
${part.shown(`${part.name}(${part.numbers()})`)}`
    .replace(/(for \(let outer[^]*?)return \[found, given\];/, (_, start) => `${start}}\nreturn [found, given];`)
    .replace(part.below(2) === 0 ? 'const add = (value) => {\nqueue.push(value);\n};' : '\0', 'const add = () => undefined;')
    .replaceAll('let queue', part.one('let queue', 'const queue').replace('const', body.includes('queue = ') ? 'let' : 'const'));
};

/** Functions that are asked the same again. */
const repeated: MakePart = (part) => {
  const work = part.one(
    'let sum = 0;\nfor (let i = 0; i < 5; i++) sum += weigh(given) * i;\nreturn sum;',
    'return String(given).toUpperCase();',
    'return given + 1;',
    'return -given;',
    'return given === undefined ? undefined : String(given);',
    'ticks++;\nreturn given;',
    'return tick() + weigh(given);',
    'return [given];',
    'return `${given}${factor}`;',
    'return factor * 2 + weigh(given);',
    'return TABLE.length + weigh(given);',
    "if (String(given).length > 4) throw new RangeError('long');\nreturn weigh(given);",
    'return weigh(given) > 3 ? given : null;',
    'given = given + 1;\nreturn given * 2;',
    'return arguments.length + weigh(given);',
    'return String(this) + given;',
    'return given <= 1 ? 1 : weigh(given) + NAME(given - 1);',
    'return typeof given;',
    'return Object.is(given, -0);',
    'return 1 / given;',
    'const inner = (x) => x + 1;\nreturn inner(given);',
    'return Math.random() < 2 ? 1 : 0;',
    'return PATTERN.test(String(given));',
    'return given && given.length;',
    'let out = "";\nfor (const letter of String(given)) out = letter + out;\nreturn out;',
    'return String(given) + String(more);',
    'return weigh(given) * 100 + weigh(more);',
    'return `${typeof given},${typeof more},${given},${more}`;',
    'return more === undefined ? weigh(given) : more;',
    'return Object.is(more, -0) ? "minus" : String(given);',
  );
  const parameter = /\bmore\b/.test(work)
    ? part.one('given, more', 'given, more = 3', 'given, more')
    : part.one('given', 'given', 'given', 'given = 2', 'given = [1]');
  const form = part.one(
    `function NAME(${parameter}) {\n${work}\n}`,
    `function NAME(${parameter}) {\n${work}\n}`,
    `const NAME = (${parameter}) => {\n${work}\n};`,
    `const NAME = function (${parameter}) {\n${work}\n};`,
    `exports.NAME = ${part.one(`function (${parameter})`, `function NAME(${parameter})`, `(${parameter}) =>`)} {\n${work}\n};\nconst NAME = exports.NAME;`,
    `class Of${part.name} {\nstatic NAME(${parameter}) {\n${work}\n}\n}\nconst NAME = Of${part.name}.NAME;`,
    `class Of${part.name} {\n${part.one('', 'size = 3;\n', 'static around = 2;\n')}NAME(${parameter}) {\n${work}\n}\n}\nconst NAME = new Of${part.name}().NAME;`,
    `function around${part.name}(other) {\nconst two = 2;\nfunction NAME(${parameter}) {\n${part.one('', 'const all = two;\n', 'let all = other;\n')}${work}\n}\nreturn NAME;\n}\nconst NAME = around${part.name}(5);`,
  );
  const calls = part.one(
    "const given = ['tea', 'milk', 'tea', '', 'coffee', 'coffee', 'tea'];",
    'const given = [1, 2, 1, 0, -0, NaN, NaN, 2, "1"];',
    'const given = [undefined, null, undefined, true, "true", 1n, 1, "undefined"];',
    'const same = [1, 2];\nconst given = [same, 1, same, [1, 2], { length: 3 }];',
    'const given = ["a,b", "a", "b,c", "a", "a|b", "1", 1];',
  );
  const how = part.one(
    'for (const one of given) found.push(ask(() => NAME(one)));',
    'found.push(...given.map((one) => ask(() => NAME(one))));',
    'for (const one of given) for (const other of ["x", 1, "1", undefined]) found.push(ask(() => NAME(one, other)));',
    'for (const one of given) {\nfound.push(ask(() => NAME(one)));\nif (Array.isArray(one)) one.push(5);\n}',
    'for (const one of given) {\nfound.push(ask(() => NAME(one)));\nFACTOR++;\n}',
    'for (const one of given) found.push(ask(() => NAME(one, "b,c"), ask(() => NAME(one + ",b", "c"))));',
    'found.push(ask(() => given.map(NAME).join()), ask(() => given.map(NAME).join()));',
    'found.push(NAME.length, NAME.name);\nfor (const one of given) found.push(ask(() => NAME.call(null, one)));',
    'for (const one of given) found.push(ask(() => NAME()), ask(() => NAME(one, undefined)), ask(() => NAME(one)));',
  );
  return `let factor${part.name} = ${part.one('2', "'f'")};
const TABLE${part.name} = [1, 2, 3];
const PATTERN${part.name} = /${part.one('t', 'a')}/${part.one('', 'g')};
${form}
function run${part.name}() {
const found = [];
const ask = (question) => {\ntry {\nreturn question();\n} catch (error) {\nreturn error.name;\n}\n};
${calls}
${how}
${part.seldom(4, 'TABLE.push(4);\n')}return found;
}
${part.shown(`run${part.name}()`)}
${part.shown(`run${part.name}()`)}`
    .replaceAll('NAME', part.name)
    .replaceAll('FACTOR', `factor${part.name}`)
    .replaceAll(/\bfactor\b/g, `factor${part.name}`)
    .replaceAll(/\bTABLE\b/g, `TABLE${part.name}`)
    .replaceAll(/\bPATTERN\b/g, `PATTERN${part.name}`);
};

/** Files of which a part is looked at, or whose lines are. */
const read: MakePart = (part) => {
  const file = `${part.data}/${part.one('empty.txt', 'one.txt', 'lines.txt', 'long.txt', 'windows.txt', 'missing.txt')}`;
  if (part.below(2) === 0) {
    const use = part.one(
      'found.push(line);',
      'if (line.length > 3) break;\nfound.push(line);',
      'sum += line.length;',
      'if (line === "") continue;\nsum++;',
    );
    const text = `readFileSync(file, ${part.one("'utf8'", "'utf-8'", "{ encoding: 'utf8' }", "'latin1'")})`;
    const split = part.one(
      ".split('\\n')",
      ".split('\\n')",
      '.split(/\\r?\\n/)',
      ".split('\\r\\n')",
      ".trim().split('\\n')",
      ".split('\\n').filter(Boolean)",
      '.split(/\\r?\\n/).filter((one) => one.length > 1 && one[0] !== "m")',
      ".trimEnd().split('\\n')",
    );
    const loop = part.one(
      `for (const line of ${text}${split}) {\n${use}\n}`,
      `const text = ${text};\nfor (const line of text${split}) {\n${use}\n}`,
      `const text = ${text};\nconst lines = text${split};\nfor (const line of lines) {\n${use}\n}`,
      `const lines = ${text}${split};\nfor (const line of lines) {\n${use}\n}\nfound.push(lines.length);`,
      `${text}${split}.forEach((line) => {\n${use.replace('break', 'return').replace('continue', 'return')}\n});`,
      `${text}${split}.forEach(${part.one('(line) => (sum += line.length)', 'function (line) { found.push(line.length, this); }', '(line, index) => (sum += index)', '(line) => { for (const one of line) { if (one === "e") return; sum++; } }', '(line) => { let line2 = line; var all = line2; found.push(() => all); }', '(line) => { line += "!"; found.push(line); }')});`,
      `if (sum === 0) ${text}${split}.filter((one) => one.length > 3).forEach((line) => found.push(line));\nelse sum--;`,
      `const rows = ${text}${split}.filter(${part.one('Boolean', '(row) => row.trim() !== ""', '(line) => !found.includes(line)', '(line, at) => at > 0', 'weigh', '(line) => tick() > 2')}).map(${part.one('(line) => line.length', '(line) => found.push(line)', 'JSON.stringify', 'Number', '(line) => tick() + line', '({ length }) => length')});\nfound.push(...rows);`,
      `found.push(...${text}${split}.map(${part.one('(line) => line.length', '(line, at) => at', 'Number', 'String', 'parseInt', '(line, at, all) => all.length', '(line) => [line, tick()]')}));`,
      `const rows = ${text}${split};\nconst total = rows${part.one('', '.filter((sum2) => sum2)')}.reduce((all, line) => ${part.one('all + line.length', 'Math.max(all, line.length)', 'all * 3 + weigh(line)', '[all, line]', '({ ...{ all } }, { line })', 'total2(all, line)', '(() => all)() + 1')}, ${part.one('0', '1', "''")});\nfound.push(total);\nfunction total2(a, b) {\nreturn a + b.length;\n}`,
      `for (const [at, line] of ${text}${split}.entries()) {\nsum += at;\n${use}\n}`,
      `const lines = ${text}${split};\nfor (let i = 0; i < lines.length; i++) {\nconst line = lines[i];\n${use}\n}`,
    );
    return `function ${part.name}(file) {\nconst found = [];\nlet sum = 0;\n${loop}\nreturn [sum, found.length, found[0], found.at(-1)];\n}\n${part.shown(`${part.name}('${file}')`)}`;
  }
  const isText = part.below(2) === 0;
  const look = isText
    ? part.one(
        'text.slice(0, 3)',
        'text.charAt(2)',
        "text.startsWith('ÄÖ')",
        'text[1]',
        'text.substring(4, 2)',
        'text.charCodeAt(0)',
        'text.length',
        'text.slice(-3)',
        'text.slice(-2, -1)',
        "text.endsWith('\\n')",
        'text.at(-1)',
        'text.slice(2)',
      )
    : part.one(
        'text[0]',
        'text.readUInt32BE(0)',
        "text.toString('hex', 0, 4)",
        'text.subarray(1, 3)',
        "text.slice(0, 4).toString('latin1')",
        'text.readInt16LE(1)',
        'text.length',
        'text.subarray(-4)',
        "text.slice(-8, -2).toString('latin1')",
        'text.at(-1)',
        'text.subarray(-3).length',
        'text.readUInt8()',
        "text.slice(-5).toString('hex')",
      );
  const use = part.one(
    `found.push(${look});`,
    `if (${look}) found.push(${look});`,
    `found.push([${look}]);`,
    `found.push(${look}, ${look.replace('0', '1')});`,
  );
  const given = isText ? part.one("file, 'utf8'", "file, { encoding: 'utf8' }") : 'file';
  return `function ${part.name}(file) {\nconst found = [];\n${part.one(`const text = readFileSync(${given});\n${use}`, `found.push(${look.replace('text', `readFileSync(${given})`)});`)}\nreturn found;\n}\n${part.shown(`${part.name}('${file}')`)}`;
};

/** Makes or searches the same in each round of a generator, whose caller may change what it is made from between the rounds. */
const paused: MakePart = (part) => {
  const use = part.one(
    'yield [...list].sort()[0];',
    'const sorted = [...list].sort();\nyield sorted.length;',
    'yield list.includes(item);',
    'yield users.find((one) => one.id === item);',
    'yield new RegExp(options.word).test(String(item));',
    'yield new RegExp(word).test(String(item));',
    'yield JSON.parse(options.text).length;',
    'const own = [1, 2];\nyield [...own].sort().length;',
  );
  const between = part.one(
    'list.push(1);',
    'list.unshift(0);',
    "options.word = 'e';",
    "options.text = '[]';",
    'users[0].id = 9;',
    'users.push({ id: 1 });',
    '',
  );
  return `function* ${part.name}(items, list, users, options, word) {
list.concat([]).forEach((one) => one);
for (const item of items) {
${use}
}
}
const list${part.name} = [3, 2];
const users${part.name} = [{ id: 2 }, { id: 3 }];
const options${part.name} = { word: '1', text: '[1]' };
for (const value of ${part.name}([1, 2, 3, 9], list${part.name}, users${part.name}, options${part.name}, '2')) {
print(value);
${between.replaceAll(/\b(list|options|users)\b/g, `$1${part.name}`)}
}`;
};

const PARTS: readonly MakePart[] = [
  paused,
  pattern,
  parsed,
  formatted,
  copied,
  copied,
  gathered,
  gathered,
  searched,
  grouped,
  queued,
  repeated,
  read,
];
