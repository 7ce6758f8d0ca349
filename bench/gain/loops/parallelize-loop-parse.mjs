// Figures out of many lines of JSON.
const lines = Array.from({ length: 200_000 }, (_, id) =>
  JSON.stringify({
    id,
    name: `user ${id}`,
    tags: ['a', 'b', String(id % 7)],
    place: { x: id % 100, y: id % 77 },
    seen: [id, id + 1, id + 2],
  }),
);

const totals = [];
for (const line of lines) {
  const { tags, place, seen } = JSON.parse(line);
  let sum = place.x * place.y;
  for (const one of seen) sum += one % 13;
  totals.push(sum + tags.length);
}
console.log(
  totals.length,
  totals.reduce((a, b) => a + b, 0),
);
