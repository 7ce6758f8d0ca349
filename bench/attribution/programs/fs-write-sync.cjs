const fs = require('node:fs');
const { begin, end, repeat } = require('../truth.cjs');

const body = Buffer.alloc(200_000, 'x');

class Cache {
  put(key) {
    fs.writeFileSync(`cache-${key}`, body); // truth: write blocked bound=blocking-io,cpu-native
  }
}

const cache = new Cache();
let next = 0;
begin('write');
repeat(400, () => cache.put(next++ % 20));
end('write');
