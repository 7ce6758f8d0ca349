// needs: node:sqlite
const { DatabaseSync } = require('node:sqlite');
const { begin, end, repeat } = require('../truth.cjs');

const db = new DatabaseSync(':memory:');
db.exec('create table item (id integer primary key, name text, price real)');
const insert = db.prepare('insert into item (name, price) values (?, ?)');
for (let i = 0; i < 20_000; i++) insert.run(`item ${(i * 7919) % 20_000}`, i / 7);
const query = db.prepare('select count(*) c, sum(price) s from item where name like ?');

function total() {
  return query.get('%99%'); // truth: query native bound=cpu-native,blocking-io
}

begin('query');
repeat(450, total);
end('query');
