/** Of each sample the node and the time. */
export interface Samples {
  node: Int32Array;
  atUs: Float64Array;
}

export interface GrowingSamples {
  readonly count: number;
  /** Longer than `count`. */
  readonly node: Int32Array;
  readonly atUs: Float64Array;
  push(node: number, atUs: number): void;
  /** Takes the oldest out, in order of time: V8 writes a few out of order. */
  takeOut(count: number): Samples;
}

/** Samples in arrays that double when they are full: lists of numbers take twice the memory. */
export function growingSamples(): GrowingSamples {
  let node = new Int32Array(1024);
  let atUs = new Float64Array(1024);
  let count = 0;
  return {
    get count() {
      return count;
    },
    get node() {
      return node;
    },
    get atUs() {
      return atUs;
    },
    push(which, time) {
      if (count === node.length) {
        const [nodes, times] = [node, atUs];
        node = new Int32Array(count * 2);
        atUs = new Float64Array(count * 2);
        node.set(nodes);
        atUs.set(times);
      }
      node[count] = which;
      atUs[count++] = time;
    },
    takeOut(wanted) {
      const taken = Math.min(wanted, count);
      const order = Int32Array.from({ length: taken }, (_, index) => index).sort((a, b) => atUs[a]! - atUs[b]! || a - b);
      const oldest = { node: Int32Array.from(order, (index) => node[index]!), atUs: Float64Array.from(order, (index) => atUs[index]!) };
      node.copyWithin(0, taken, count);
      atUs.copyWithin(0, taken, count);
      count -= taken;
      return oldest;
    },
  };
}
