// Orders are copied to be on the safe side, and only looked at.
const orders = JSON.parse(
  JSON.stringify(
    Array.from({ length: 400 }, (_, id) => ({ id, lines: [{ name: 'tea', price: id }], address: { city: 'Town', street: `Main ${id}` } })),
  ),
);

function revenue(city) {
  const copy = JSON.parse(JSON.stringify(orders));
  let sum = 0;
  for (const order of copy) {
    if (order.address.city !== city) continue;
    for (const line of order.lines) sum += Math.sqrt(line.price) * Math.log(1 + line.price);
  }
  return sum;
}

let all = 0;
for (let round = 0; round < 1200; round++) all += revenue('Town');
console.log(all.toFixed(3));
