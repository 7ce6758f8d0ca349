// A table by key, copied for each row.
const rows = Array.from({ length: 3000 }, (_, i) => ({ id: `row-${i}`, value: i }));
const byId = rows.reduce((all, row) => ({ ...all, [row.id]: row }), {});
console.log(Object.keys(byId).length);
