// A reducer as many stores have it: a copy of all for each change.
function reducer(state, action) {
  const next = JSON.parse(JSON.stringify(state));
  next.count = state.count + action.by;
  next.log.push(action.by);
  return next;
}
let state = { count: 0, log: [], items: Array.from({ length: 300 }, (_, i) => ({ id: i, name: `item ${i}`, tags: ['a', 'b'] })) };
for (let i = 0; i < 1500; i++) state = reducer(state, { by: i });
console.log(state.count, state.log.length, state.items.length);
