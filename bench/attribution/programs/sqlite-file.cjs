// needs: node:sqlite
const { DatabaseSync } = require('node:sqlite');
const { begin, end } = require('../truth.cjs');

const db = new DatabaseSync('items.db');
db.exec('create table item (id integer primary key, name text)');

function insertAll() {
  const insert = db.prepare('insert into item (name) values (?)');
  const payload = 'x'.repeat(200_000);
  begin('insert');
  for (let i = 0; i < 60; i++) insert.run(payload); // truth: insert blocked bound=any
  end('insert');
  begin('scan');
  for (let i = 0; i < 8; i++) for (const row of db.prepare('select id, upper(hex(name)) h from item').iterate()) if (!row.h) throw row; // truth: scan native bound=any
  end('scan');
}
insertAll();
