// A score for each of many nested records: objects go there and come back.
const records = Array.from({ length: 4_000 }, (_, id) => ({
  id,
  place: { x: id % 100, y: id % 77 },
  visits: Array.from({ length: 20 }, (_, day) => ({ day, minutes: (id * day) % 60 })),
}));

const scores = [];
for (const { id, place, visits } of records) {
  let score = 0;
  for (let week = 0; week < 1500; week++) {
    for (const { day, minutes } of visits) score += Math.sqrt(minutes + week) * ((day + place.x) % 7) - place.y / (week + 1);
  }
  scores.push({ id, score, rank: Math.floor(score) % 10, visits: visits.length });
}
console.log(scores.length, scores[1234]);
