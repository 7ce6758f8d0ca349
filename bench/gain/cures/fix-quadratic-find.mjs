// Orders joined with their users by searching through all users.
function join(orders, users) {
  const rows = [];
  for (const order of orders) {
    const user = users.find((one) => one.id === order.user);
    rows.push(`${order.no}: ${user.name}`);
  }
  return rows;
}

const users = Array.from({ length: 8000 }, (_, i) => ({ id: `user-${i}`, name: `name ${i}` }));
const orders = Array.from({ length: 8000 }, (_, no) => ({ no, user: `user-${(no * 7919) % 8000}` }));
console.log(join(orders, users).length);
