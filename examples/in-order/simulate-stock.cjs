// Simulates a warehouse for 1,500 days. It reads its settings afresh every day, so that a change counts at once. Each day needs
// the day before, and the files are in the system's cache: there is nothing to gain from doing things at the same time.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

function readSettings() {
  const base = JSON.parse(readFileSync(join(__dirname, 'settings.json'), 'utf8'));
  const season = JSON.parse(readFileSync(join(__dirname, 'season.json'), 'utf8'));
  return { ...base, ...season };
}

function sellOneDay(warehouse, settings) {
  for (let order = 0; order < settings.ordersPerDay; order++) {
    warehouse.seed = (warehouse.seed * 1664525 + 1013904223) % 4294967296;
    const item = (warehouse.seed + warehouse.sold) % warehouse.stock.length;
    if (warehouse.stock[item] === 0) warehouse.stock[item] = settings.refill;
    else warehouse.stock[item]--;
    warehouse.sold = (warehouse.sold + warehouse.stock[item]) % 1_000_003;
  }
}

const warehouse = { seed: 42, sold: 0, stock: new Array(5000).fill(20) };
for (let day = 0; day < 1500; day++) {
  const settings = readSettings();
  sellOneDay(warehouse, settings);
}
console.log(`${warehouse.stock.reduce((sum, count) => sum + count, 0)} items in stock, check ${warehouse.sold}`);
