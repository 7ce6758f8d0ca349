import { Failure } from '../failure.ts';
import type { CpuProfile, CpuProfileNode } from '../recording.ts';

/**
 * Reads a V8 `.cpuprofile` (Chrome DevTools, `node --cpu-prof`, our own). Tolerates what tools leave out: deltas, hit counts, positions,
 * and nodes that name their parent instead of their children.
 * @param name how the file is called in the message of the Failure that malformed text throws
 */
export function readCpuProfile(text: string, name = 'The profile'): CpuProfile {
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
  const nodes = profile['nodes'].map((node, index) => readNode(node) ?? fail(`node ${index} has no id or no call frame`));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  profile['nodes'].forEach((raw, index) => {
    const parent = isObject(raw) ? byId.get(raw['parent'] as number) : undefined;
    const id = nodes[index]!.id;
    if (parent && !parent.children?.includes(id)) (parent.children ??= []).push(id);
  });
  const startTime = numberOr(profile['startTime'], 0);
  const samples = numbers(profile['samples']) ?? samplesOfHits(nodes);
  const endTime = numberOr(profile['endTime'], startTime + samples.length * 1000);
  const interval = samples.length > 0 ? (endTime - startTime) / samples.length : 0;
  const timeDeltas = numbers(profile['timeDeltas']) ?? samples.map(() => interval);
  return { nodes, startTime, endTime, samples, timeDeltas };
}

function readNode(raw: unknown): CpuProfileNode | null {
  if (!isObject(raw) || typeof raw['id'] !== 'number') return null;
  // Profiles of old tools have the frame's fields in the node itself.
  const frame = isObject(raw['callFrame']) ? raw['callFrame'] : raw;
  if (typeof frame['functionName'] !== 'string') return null;
  const children = numbers(raw['children']);
  const ticks = Array.isArray(raw['positionTicks']) ? raw['positionTicks'].filter(isObject) : null;
  return {
    id: raw['id'],
    callFrame: {
      functionName: frame['functionName'],
      scriptId: String(frame['scriptId']),
      url: typeof frame['url'] === 'string' ? frame['url'] : '',
      lineNumber: numberOr(frame['lineNumber'], -1),
      columnNumber: numberOr(frame['columnNumber'], -1),
    },
    hitCount: numberOr(raw['hitCount'], 0),
    ...(children ? { children } : {}),
    ...(ticks ? { positionTicks: ticks.map((tick) => ({ line: numberOr(tick['line'], 0), ticks: numberOr(tick['ticks'], 0) })) } : {}),
  };
}

/** A profile without samples (an old one) still says how often each node was hit. */
function samplesOfHits(nodes: readonly CpuProfileNode[]): number[] {
  return nodes.flatMap((node) => new Array<number>(Math.max(0, Math.floor(node.hitCount))).fill(node.id));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function numbers(value: unknown): number[] | null {
  return Array.isArray(value) && value.every((one) => typeof one === 'number') ? value : null;
}
