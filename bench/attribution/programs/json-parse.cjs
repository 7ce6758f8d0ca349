const { begin, end, repeat, watchCollections } = require('../truth.cjs');

const text = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', 'b'], nested: { x: id / 3 } })));
watchCollections();

function read() {
  return JSON.parse(text); // truth: parse js
}

begin('parse');
repeat(500, read);
end('parse');
