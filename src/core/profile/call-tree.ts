/** A call tree that grows: a node is a frame called from a path of frames. Node 0 is the root, of no frame. */
export interface CallTree {
  frame: number[];
  /** -1 for the root; a parent's number is always smaller than its child's. */
  parent: number[];
  children: Map<number, number>[];
}

export function callTree(): CallTree {
  return { frame: [-1], parent: [-1], children: [new Map<number, number>()] };
}

/** The node of `frame` below `parent`. */
export function childOf(tree: CallTree, parent: number, frame: number): number {
  const known = tree.children[parent]!.get(frame);
  if (known !== undefined) return known;
  const node = tree.frame.length;
  tree.frame.push(frame);
  tree.parent.push(parent);
  tree.children.push(new Map());
  tree.children[parent]!.set(frame, node);
  return node;
}

/** The weight of each node with all below it. */
export function subtreeWeights(tree: CallTree, self: ArrayLike<number>): Float64Array {
  const total = Float64Array.from(self);
  for (let node = total.length - 1; node > 0; node--) total[tree.parent[node]!]! += total[node]!;
  return total;
}

/** Calls `enter` and `leave` for every node but the root, depth first, without recursion: recordings are deeper than the call stack. */
export function walk(tree: CallTree, enter: (node: number) => void, leave: (node: number) => void): void {
  const stack = [...tree.children[0]!.values()];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node < 0) {
      leave(~node);
      continue;
    }
    enter(node);
    stack.push(~node);
    for (const child of tree.children[node]!.values()) stack.push(child);
  }
}

/** Each frame's total: the weight of everything below its outermost node, so that recursion counts once. */
export function frameTotals(tree: CallTree, subtree: ArrayLike<number>, frames: number): Float64Array {
  const totals = new Float64Array(frames);
  const onPath = new Int32Array(frames);
  walk(
    tree,
    (node) => {
      const frame = tree.frame[node]!;
      if (onPath[frame]!++ === 0) totals[frame]! += subtree[node]!;
    },
    (node) => onPath[tree.frame[node]!]!--,
  );
  return totals;
}
