// Breadth first through a wide graph: the queue is long, and each shift moves all of it.
function reachable(width, depth) {
  let visited = 0;
  const queue = Array.from({ length: width }, () => depth);
  while (queue.length > 0) {
    const left = queue.shift();
    visited++;
    if (left > 0) queue.push(left - 1);
  }
  return visited;
}

console.log(reachable(60_000, 1));
