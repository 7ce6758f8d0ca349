import { Failure } from '../failure.ts';
import { TIME_KINDS } from '../profile/time-kind.ts';
import type { TimedProfile } from '../profile/timed-profile.ts';
import type { CpuProfile, CpuProfileNode } from '../recording.ts';

/** A profile of any tool; with our own columns where we wrote it. */
export type ReadProfile = CpuProfile & Partial<Pick<TimedProfile, 'unblock' | 'sampleKinds'>>;

/**
 * Reads a V8 `.cpuprofile` (Chrome DevTools, `node --cpu-prof`, our own), trusting nothing in it. Tolerates what tools leave out: deltas, hit
 * counts, positions, and nodes that name their parent instead of their children. What makes no sense is put right where the rest still does:
 * of nodes with one id the first counts, a node has one parent and is never below itself (else it hangs below the root), samples of unknown nodes
 * are the root's, and numbers that are none are 0.
 * @param name how the file is called in the message of the Failure that malformed text throws
 */
export function readCpuProfile(text: string, name = 'The profile'): ReadProfile {
  const fail = (what: string, detail = ''): never => {
    throw new Failure(
      `${name} is not a V8 CPU profile: ${what}. Save it again, or open a .cpuprofile of Chrome DevTools or node --cpu-prof.`,
      detail,
    );
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    fail(text.trim() === '' ? 'it is empty' : 'it is not JSON (perhaps it was cut off)', String(error));
  }
  if (!isObject(parsed)) return fail('it is not an object');
  // DevTools wraps a profile in its trace format, and some tools in `profile`.
  const profile = isObject(parsed['profile']) ? parsed['profile'] : parsed;
  if (!Array.isArray(profile['nodes']) || profile['nodes'].length === 0) return fail('it has no nodes');
  const nodes = treeOf(profile['nodes'].map((node, index) => readNode(node) ?? fail(`node ${index} has no id or no call frame`)));
  const startTime = Math.max(0, numberOr(profile['startTime'], 0));
  const known = new Set(nodes.map(({ id }) => id));
  const root = nodes[0]!.id;
  const samples = Array.isArray(profile['samples'])
    ? profile['samples'].map((id: unknown) => (typeof id === 'number' && known.has(id) ? id : root))
    : samplesOfHits(nodes);
  const endTime = Math.max(startTime, numberOr(profile['endTime'], startTime + samples.length * 1000));
  const timeDeltas = deltasOf(profile['timeDeltas'], samples.length, endTime - startTime);
  return { nodes, startTime, endTime, samples, timeDeltas, ...ownColumns(profile, samples.length) };
}

interface RawNode extends CpuProfileNode {
  parent: number | null;
}

function readNode(raw: unknown): RawNode | null {
  if (!isObject(raw) || !Number.isSafeInteger(raw['id'])) return null;
  // Profiles of old tools have the frame's fields in the node itself.
  const frame = isObject(raw['callFrame']) ? raw['callFrame'] : raw;
  if (typeof frame['functionName'] !== 'string') return null;
  const { scriptId } = frame;
  const ticks = Array.isArray(raw['positionTicks']) ? raw['positionTicks'].filter(isObject) : null;
  return {
    id: raw['id'] as number,
    parent: typeof raw['parent'] === 'number' ? raw['parent'] : null,
    callFrame: {
      functionName: frame['functionName'],
      scriptId: typeof scriptId === 'string' || typeof scriptId === 'number' ? String(scriptId) : '0',
      url: typeof frame['url'] === 'string' ? frame['url'] : '',
      lineNumber: placeOr(frame['lineNumber']),
      columnNumber: placeOr(frame['columnNumber']),
    },
    hitCount: Math.max(0, numberOr(raw['hitCount'], 0)),
    ...(Array.isArray(raw['children']) ? { children: raw['children'].filter((id): id is number => typeof id === 'number') } : {}),
    ...(ticks ? { positionTicks: ticks.map((tick) => ({ line: numberOr(tick['line'], 0), ticks: numberOr(tick['ticks'], 0) })) } : {}),
  };
}

/** One tree, whatever the nodes say of each other. The root comes first: the first node that is below no other. */
function treeOf(raw: readonly RawNode[]): CpuProfileNode[] {
  const byId = new Map<number, RawNode>();
  for (const node of raw) if (!byId.has(node.id)) byId.set(node.id, node);
  const nodes = [...byId.values()];
  const below = new Map<number, number[]>(nodes.map(({ id, children = [] }) => [id, [...children]]));
  for (const { id, parent } of nodes) if (parent !== null) below.get(parent)?.push(id);
  const children = new Set([...below].flatMap(([id, list]) => list.filter((child) => child !== id)));
  const root = nodes.find(({ id }) => !children.has(id)) ?? nodes[0]!;
  const placed = new Map<number, number[]>();
  const place = (start: number): void => {
    placed.set(start, []);
    const waiting = [start];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
      for (const child of below.get(id) ?? []) {
        if (placed.has(child) || !byId.has(child)) continue;
        placed.set(child, []);
        placed.get(id)!.push(child);
        waiting.push(child);
      }
  };
  place(root.id);
  // Roots of their own first, so that of nodes in a circle no more than one is cut out of its place.
  const others = nodes.filter(({ id }) => !placed.has(id));
  for (const { id } of [...others.filter((node) => !children.has(node.id)), ...others]) {
    if (placed.has(id)) continue;
    place(id);
    placed.get(root.id)!.push(id);
  }
  return [root, ...nodes.filter((node) => node !== root)].map(({ id, callFrame, hitCount, positionTicks }) => {
    const list = placed.get(id) ?? [];
    return { id, callFrame, hitCount, ...(list.length > 0 && { children: list }), ...(positionTicks && { positionTicks }) };
  });
}

/** A profile without samples (an old one) still says how often each node was hit; of very many hits, each sample stands for several. */
function samplesOfHits(nodes: readonly CpuProfileNode[]): number[] {
  const all = nodes.reduce((sum, { hitCount }) => sum + hitCount, 0);
  const each = Math.max(1, all / MOST_SAMPLES_OF_HITS);
  return nodes.flatMap((node) => new Array<number>(Math.floor(node.hitCount / each)).fill(node.id));
}

/** An hour of samples. */
const MOST_SAMPLES_OF_HITS = 3_600_000;

/** As many as there are samples; evenly where the profile has none. */
function deltasOf(raw: unknown, count: number, wallUs: number): number[] {
  if (!Array.isArray(raw)) return new Array<number>(count).fill(count > 0 ? wallUs / count : 0);
  return Array.from({ length: count }, (_, index) => numberOr(raw[index], 0));
}

function ownColumns(profile: Record<string, unknown>, count: number): Partial<Pick<TimedProfile, 'unblock' | 'sampleKinds'>> {
  const { unblock, sampleKinds } = profile;
  const lane = isObject(unblock) && typeof unblock['lane'] === 'string' ? unblock['lane'] : null;
  const kinds = Array.isArray(sampleKinds) && sampleKinds.length === count && sampleKinds.every(isKind) ? (sampleKinds as number[]) : null;
  return {
    ...(lane !== null && { unblock: { schema: 'unblock/timed-profile/1', lane } }),
    ...(kinds && { sampleKinds: kinds }),
  };
}

function isKind(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < TIME_KINDS.length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Beyond these no figure of a profile lies, and arithmetic on it stays finite. */
const LARGEST = Number.MAX_SAFE_INTEGER;

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Math.abs(value) <= LARGEST ? value : otherwise;
}

function placeOr(value: unknown): number {
  return Number.isSafeInteger(value) ? (value as number) : -1;
}
