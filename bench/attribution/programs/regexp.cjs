const { begin, end, repeat, watchCollections } = require('../truth.cjs');

const log = Array.from({ length: 2000 }, (_, i) => `2026-11-${(i % 28) + 1} host-${i} GET /items/${i} 200 ${i}ms`).join('\n');
watchCollections();

function durations() {
  return log.match(/\b(\d+)ms$/gm); // truth: match js
}

begin('match');
repeat(400, durations);
end('match');
