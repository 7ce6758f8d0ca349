import truth from '../truth.cjs';

const rows = Array.from({ length: 2000 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', 'b'], nested: { x: id / 3 } }));
truth.watchCollections();

class Store {
  save() {
    return JSON.stringify(rows).length; // truth: stringify js
  }
}

const store = new Store();
truth.begin('stringify');
truth.repeat(500, () => store.save());
truth.end('stringify');
