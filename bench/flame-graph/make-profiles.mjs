// Seeded generator of realistic synthetic V8 .cpuprofile files: `node make-profiles.mjs FOLDER [S M L XL REC]`.
import fs from 'node:fs';
import path from 'node:path';
export function rng(seed) {
  // mulberry32
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
export const SPECS = {
  S: { seed: 11, samples: 12_000, nodes: 1_000, fns: 420, interval: 1250 },
  M: { seed: 22, samples: 100_000, nodes: 20_000, fns: 2_500, interval: 1000 },
  L: { seed: 33, samples: 1_000_000, nodes: 100_000, fns: 8_000, interval: 250 },
  XL: { seed: 44, samples: 5_000_000, nodes: 200_000, fns: 12_000, interval: 100 },
  REC: { seed: 55, samples: 20_000, nodes: 0, fns: 400, interval: 1000, rec: 2_000 },
};
const W1 = 'get set parse read write emit resolve build visit walk render update apply load flush merge patch compile match format'.split(
  ' ',
);
const W2 =
  'Node Token Stream Buffer Module Scope Query Chunk Entry Result Config Event Cache Route Schema Tree Index Value Task State'.split(' ');
const DIRS =
  'src/core src/parser src/server src/util node_modules/express/lib node_modules/@babel/core/lib node_modules/react-dom/cjs node_modules/rxjs/dist/cjs/internal node_modules/lodash dist'.split(
    ' ',
  );
export function generate(spec) {
  const r = rng(spec.seed),
    FILES = 300,
    MAXD = 300;
  const gauss = () => Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r());
  const files = Array.from({ length: FILES }, (_, i) => ({
    id: String(60 + i),
    url:
      i % 12 === 0
        ? `node:internal/mod_${i}`
        : `file:///home/dev/project/${DIRS[i % DIRS.length]}/${W2[i % W2.length].toLowerCase()}_${i}.js`,
  }));
  const fns = Array.from({ length: spec.fns }, (_, i) => {
    const f = files[i < FILES ? i : Math.floor(FILES * r() ** 1.6)];
    const q = r();
    const name = q < 0.12 ? '' : W1[Math.floor(r() * W1.length)] + W2[Math.floor(r() * W2.length)] + (q < 0.55 ? '' : '_' + (i % 97));
    return { functionName: name, scriptId: f.id, url: f.url, lineNumber: Math.floor(r() * 1800), columnNumber: Math.floor(r() * 90) };
  });
  const special = (n) => ({ functionName: n, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 });
  const frames = [special('(root)'), special('(program)'), special('(idle)'), special('(garbage collector)'), ...fns];
  const fn = [],
    parent = [],
    depth = [],
    kids = []; // kids[i]: Map fn -> node
  const add = (p, f) => {
    const i = fn.length;
    fn.push(f);
    parent.push(p);
    depth.push(p < 0 ? 0 : depth[p] + 1);
    kids.push(null);
    if (p >= 0) (kids[p] ??= new Map()).set(f, i);
    return i;
  };
  add(-1, 0);
  add(0, 1);
  add(0, 2);
  add(0, 3);
  const child = (p, f) => kids[p]?.get(f) ?? add(p, f);
  const pick = () => 4 + Math.floor(spec.fns * r() ** 2.2);
  const leaves = [];
  if (spec.rec) {
    // plain f->f->f recursion to depth N with mutual recursion and small side trees
    let p = child(0, 4),
      q = child(p, 5);
    let c = q;
    for (let d = 3; d <= spec.rec; d++) {
      c = child(c, 6);
      leaves.push(c);
      if (d % 10 === 0) {
        let s = child(c, 7);
        leaves.push(s);
        leaves.push(child(s, 8));
      }
    }
    // a second chain: a->b->a->b
    c = child(p, 9);
    for (let d = 3; d <= spec.rec / 2; d++) {
      c = child(c, d & 1 ? 10 : 11);
      leaves.push(c);
    }
    // ordinary part
    for (let i = 0; i < 300; i++) {
      let s = p;
      const dd = 5 + Math.floor(r() * 25);
      for (let k = 0; k < dd; k++) s = child(s, 12 + Math.floor(r() * 60));
      leaves.push(s);
    }
  } else {
    let stack = [0],
      deepDone = 0;
    while (fn.length < spec.nodes) {
      let target = Math.max(4, Math.min(MAXD - 1, Math.round(Math.exp(Math.log(31) + 0.5 * gauss()))));
      if (deepDone < 1 + spec.nodes / 20000 && fn.length > spec.nodes * 0.4 * (1 + deepDone / 12)) {
        target = MAXD - 1;
        deepDone++;
      }
      // cut the stack: mostly near the top (shared prefixes), at times far down
      const up = r() < 0.82 ? 1 + Math.floor(-Math.log(1 - r()) * 4) : Math.floor(r() * stack.length);
      stack.length = Math.max(1, stack.length - up);
      if (stack.length > target + 1) stack.length = target + 1;
      while (stack.length <= target && fn.length < spec.nodes) {
        const top = stack[stack.length - 1];
        // library-style chains: the deep frames reuse a narrow set of callees per caller
        const f = r() < 0.6 ? 4 + ((fn[top] * 31 + Math.floor(r() * 3) * 7) % spec.fns) : pick();
        stack.push(child(top, f));
      }
      leaves.push(stack[stack.length - 1]);
    }
  }
  const N = fn.length,
    S = spec.samples;
  // sampling: zipf-weighted hot leaves, temporal locality, small excursions towards the parent
  const perm = leaves.slice();
  for (let i = perm.length - 1; i > 0; i--) {
    const j = Math.floor(r() * (i + 1));
    [perm[i], perm[j]] = [perm[j], perm[i]];
  }
  const samples = new Int32Array(S),
    deltas = new Int32Array(S),
    hits = new Int32Array(N);
  let cur = perm[0],
    pos = 0;
  for (let i = 0; i < S; i++) {
    const q = r();
    if (q < 0.55) {
      /* stay */
    } else if (q < 0.8) {
      pos = (pos + 1) % leaves.length;
      cur = leaves[pos];
    } else if (q < 0.9) {
      let c = leaves[pos],
        k = 1 + Math.floor(r() * 3);
      while (k-- && parent[c] > 3) c = parent[c];
      cur = c;
    } else if (q < 0.97) {
      pos = Math.floor(leaves.length * r() ** 1.8);
      cur = leaves[pos];
    } else cur = q < 0.98 ? 1 : q < 0.992 ? 2 : 3;
    if (i < leaves.length && S > 3 * leaves.length && i % 2 === 0) {
      cur = perm[i];
    } // every leaf seen at least once
    samples[i] = cur;
    hits[cur]++;
    deltas[i] = Math.max(1, Math.round(spec.interval * (1 + 0.08 * gauss()) + (r() < 0.001 ? spec.interval * 12 * r() : 0)));
  }
  return { frames, fn, parent, depth, kids, samples, deltas, hits, N, S, r };
}
export function write(spec, file) {
  const g = generate(spec),
    fd = fs.openSync(file, 'w');
  let buf = [];
  let len = 0;
  const put = (s) => {
    buf.push(s);
    len += s.length;
    if (len > 4e6) {
      fs.writeSync(fd, buf.join(''));
      buf = [];
      len = 0;
    }
  };
  const fj = g.frames.map((f) => JSON.stringify(f));
  put('{"nodes":[');
  for (let i = 0; i < g.N; i++) {
    const c = g.kids[i] ? [...g.kids[i].values()].map((x) => x + 1) : null;
    let pt = '';
    if (g.hits[i] && g.fn[i] > 3) {
      let left = g.hits[i];
      const a = [];
      const base = g.frames[g.fn[i]].lineNumber + 1;
      let line = base;
      for (let k = 0; k < 6 && left > 0; k++) {
        const t = k === 5 ? left : Math.max(1, Math.ceil(left * (0.3 + 0.4 * g.r())));
        a.push(`{"line":${(line += 1 + Math.floor(g.r() * 9))},"ticks":${Math.min(t, left)}}`);
        left -= t;
      }
      pt = `,"positionTicks":[${a.join(',')}]`;
    }
    put(`${i ? ',' : ''}{"id":${i + 1},"callFrame":${fj[g.fn[i]]},"hitCount":${g.hits[i]}${c ? `,"children":[${c.join(',')}]` : ''}${pt}}`);
  }
  const start = 100_000_000_000;
  let end = start;
  for (const d of g.deltas) end += d;
  put(`],"startTime":${start},"endTime":${end + 300},"samples":[`);
  for (let i = 0; i < g.S; i += 50000) put((i ? ',' : '') + Array.from(g.samples.subarray(i, i + 50000), (x) => x + 1).join(','));
  put('],"timeDeltas":[');
  for (let i = 0; i < g.S; i += 50000) put((i ? ',' : '') + g.deltas.subarray(i, i + 50000).join(','));
  put(']}');
  fs.writeSync(fd, buf.join(''));
  fs.closeSync(fd);
  const ds = Array.from(g.samples, (x) => g.depth[x]).sort((a, b) => a - b);
  return {
    bytes: fs.statSync(file).size,
    nodes: g.N,
    samples: g.S,
    seconds: (end - start) / 1e6,
    depthMedian: ds[ds.length >> 1],
    depthMax: g.depth.reduce((a, b) => Math.max(a, b), 0),
    files: new Set(g.fn.map((f) => g.frames[f].url)).size - 1,
  };
}
if (import.meta.url === `file://${process.argv[1]}`) {
  const out = process.argv[2] || 'data',
    names = process.argv.slice(3);
  fs.mkdirSync(out, { recursive: true });
  const sizes = {};
  for (const n of names.length ? names : Object.keys(SPECS)) {
    sizes[n] = write(SPECS[n], path.join(out, n + '.cpuprofile'));
    console.log(n, JSON.stringify(sizes[n]));
  }
  fs.writeFileSync(path.join(out, 'sizes.json'), JSON.stringify(sizes, null, 1));
}
