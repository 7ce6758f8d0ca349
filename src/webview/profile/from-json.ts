import { durationsFromDeltas, nodeLookup } from './columns.ts';
import { frameList, UnreadableProfile, type ParsedProfile } from './parsed.ts';

const DAMAGED = 'This profile is damaged or incomplete: record it again.';
const FOREIGN = 'This file is not a V8 CPU profile (.cpuprofile): open one that Unblock, Node.js or Chrome DevTools wrote.';

/** Reads any V8 profile, however it is printed, trusting nothing in it. Throws an UnreadableProfile. */
export function profileFromJson(bytes: Uint8Array): ParsedProfile {
  if (bytes.length === 0) throw new UnreadableProfile('This profile is empty: record it again.');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new UnreadableProfile(DAMAGED);
  }
  if (!isObject(json) || !Array.isArray(json['nodes'])) throw new UnreadableProfile(FOREIGN);
  return profileFromObject(json, json['nodes'] as unknown[]);
}

function profileFromObject(json: Record<string, unknown>, nodes: unknown[]): ParsedProfile {
  const frames = frameList();
  const known = new Map<string, number>();
  const ids = new Float64Array(nodes.length);
  const parent = new Int32Array(nodes.length).fill(-1);
  const frame = new Int32Array(nodes.length);
  const hits = new Float64Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    const call = isObject(node) ? node['callFrame'] : null;
    if (!isObject(node) || !isObject(call)) throw new UnreadableProfile(DAMAGED);
    ids[i] = numberOr(node['id'], i + 1);
    hits[i] = Math.max(0, numberOr(node['hitCount'], 0));
    const name = textOr(call['functionName']);
    const url = textOr(call['url']);
    const line = numberOr(call['lineNumber'], -1);
    const column = numberOr(call['columnNumber'], -1);
    const key = `${name}\0${url}\0${line}\0${column}`;
    let index = known.get(key);
    if (index === undefined) {
      index = frames.add(name, frames.internUrl(url), line, column);
      known.set(key, index);
    }
    frame[i] = index;
  }
  const find = nodeLookup(ids);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Record<string, unknown>;
    const children = node['children'];
    if (Array.isArray(children))
      for (const id of children) {
        const child = find(numberOr(id, NaN));
        if (child < 0 || child === i) throw new UnreadableProfile(DAMAGED);
        parent[child] = i;
      }
    if (typeof node['parent'] === 'number') parent[i] = find(node['parent']);
  }
  const lane = isObject(json['unblock']) ? textOr(json['unblock']['lane']) : null;
  const start = numberOr(json['startTime'], 0);
  const end = numberOr(json['endTime'], start);
  const sampled = json['samples'];
  if (!Array.isArray(sampled) || sampled.length === 0)
    return { lane, parent, frame, frames: frames.done(), ...samplesFromHits(hits, end - start) };

  const samples = new Int32Array(sampled.length);
  for (let i = 0; i < sampled.length; i++) {
    const node = find(numberOr(sampled[i], NaN));
    if (node < 0) throw new UnreadableProfile(DAMAGED);
    samples[i] = node;
  }
  const deltas = numbersOf(json['timeDeltas']);
  const kinds = numbersOf(json['sampleKinds']);
  return {
    lane,
    parent,
    frame,
    frames: frames.done(),
    samples,
    durations: durationsFromDeltas(deltas, samples.length, start, end),
    sampleKinds: kinds?.length === samples.length ? Uint8Array.from(kinds) : null,
    ordered: true,
  };
}

/** A profile without samples: each node's hits, at the mean interval. */
export function samplesFromHits(
  hits: Float64Array,
  wallUs: number,
): Pick<ParsedProfile, 'samples' | 'durations' | 'sampleKinds' | 'ordered'> {
  let all = 0;
  for (const count of hits) all += count;
  const interval = all > 0 && wallUs > 0 ? wallUs / all : 1000;
  const hit: number[] = [];
  for (let i = 0; i < hits.length; i++) if (hits[i]! > 0) hit.push(i);
  return {
    samples: Int32Array.from(hit),
    durations: Float64Array.from(hit, (node) => hits[node]! * interval),
    sampleKinds: null,
    ordered: false,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
/** Integers where they are, as all of V8's are: these are read several times as fast before the loops are compiled. */
function numbersOf(value: unknown): Float64Array | Int32Array | null {
  if (!Array.isArray(value)) return null;
  const integers = Int32Array.from(value as number[]);
  let whole = true;
  for (let i = 0; i < integers.length; i++) if (integers[i] !== value[i]) whole = false;
  if (whole) return integers;
  const numbers = new Float64Array(value.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberOr(value[i], 0);
  return numbers;
}
