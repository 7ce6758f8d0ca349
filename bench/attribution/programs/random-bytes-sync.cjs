const crypto = require('node:crypto');
const { begin, end, repeat, watchCollections } = require('../truth.cjs');

watchCollections();

const token = () => crypto.randomBytes(4_000_000); // truth: random native

begin('random');
repeat(400, token);
end('random');
