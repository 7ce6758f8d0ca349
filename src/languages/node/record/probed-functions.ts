import type TS from 'typescript';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { REPORTED_HOT_SPOT_SHARE } from '../../../core/classify/thresholds.ts';
import { plainName } from '../../../core/profile/frames.ts';
import { sourcePositions } from '../../../core/profile/source-positions.ts';
import type { CallSizes, CpuProfile, CpuProfileNode, Recording } from '../../../core/recording.ts';
import { owner } from '../categorize/owners.ts';
import { findFunction, type FunctionNode } from '../syntax/locate.ts';
import { readSource } from '../syntax/source.ts';
import { ts } from '../syntax/typescript.ts';
import type { Probe, SampledCalls } from './agent/messages.ts';

/** A function of the user's whose calls are sampled. */
export interface ProbedFunction {
  probe: Probe;
  parameters: (string | null)[];
}

/** More than a program has that matter; each takes up to a second of the run. */
const MOST = 20;

/**
 * The functions of the main thread that a worker thread may be given: the user's with a share of the samples that is reported, whether
 * they compute themselves or call what does.
 */
export function functionsToProbe(recording: Recording, read: ReadSource): ProbedFunction[] {
  const [main] = recording.lanes;
  if (!main) return [];
  const positions = sourcePositions(main.sourceMaps, recording.machine.platform);
  const probed: ProbedFunction[] = [];
  for (const { functionName, url, lineNumber, columnNumber } of heavy(main.cpuProfile, recording.run.wallUs * REPORTED_HOT_SPOT_SHARE)) {
    if (owner(url, recording.target.script) !== 'user' || (functionName === '' && lineNumber <= 0 && columnNumber <= 0)) continue;
    const { file, line, column } = positions.at(url, lineNumber + 1, columnNumber + 1);
    const source = readSource(file, read);
    const node = typeof source === 'string' ? null : findFunction(source, { name: plainName(functionName), line, column });
    // What a generator gives back can't be sent at all.
    if (node === null || node === 'top' || node.asteriskToken !== undefined) continue;
    probed.push({
      probe: { url, lineNumber, columnNumber, argumentsExpression: argumentsOf(node) },
      parameters: node.parameters.filter(isValue).map(({ name }) => (ts.isIdentifier(name) ? name.text : null)),
    });
    if (probed.length === MOST) break;
  }
  return probed;
}

/** What was sampled, with where and of what; functions that were not called are left out. */
export function callSizesOf(functions: readonly ProbedFunction[], sampled: readonly SampledCalls[]): CallSizes[] {
  return functions.flatMap(({ probe, parameters }, index) => {
    const found = sampled[index];
    if (!found || found.arguments.length + found.results.length === 0) return [];
    const again = found.again.calls < 2 ? null : found.again;
    return [{ url: probe.url, line: probe.lineNumber + 1, column: probe.columnNumber + 1, parameters, ...found, again }];
  });
}

type CallFrame = CpuProfileNode['callFrame'];

/** Functions that were on the stack for at least so long, the longest first. */
function heavy({ nodes, samples, timeDeltas }: CpuProfile, leastUs: number): CallFrame[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, CpuProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const selfUs = new Map<number, number>();
  samples.forEach((id, index) => selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[index] ?? 0)));
  const totals = new Map<string, { frame: CallFrame; us: number }>();
  for (const [id, us] of selfUs) {
    const counted = new Set<string>();
    for (let node = byId.get(id); node !== undefined; node = parents.get(node.id)) {
      const { callFrame: frame } = node;
      const key = `${frame.url}:${frame.lineNumber}:${frame.columnNumber}`;
      if (!frame.url.startsWith('file:') || counted.has(key)) continue;
      counted.add(key);
      const total = totals.get(key);
      if (total) total.us += us;
      else totals.set(key, { frame, us });
    }
  }
  return [...totals.values()]
    .filter(({ us }) => us >= leastUs)
    .sort((a, b) => b.us - a.us)
    .map(({ frame }) => frame);
}

/** An arrow function has no `arguments`: its parameters stand for them, and of a pattern what it takes out. */
function argumentsOf(node: FunctionNode): string {
  if (!ts.isArrowFunction(node)) return 'arguments';
  return `[${node.parameters.filter(isValue).map(valueOf).join(', ')}]`;
}

function valueOf({ name, dotDotDotToken }: TS.ParameterDeclaration): string {
  if (ts.isIdentifier(name)) return dotDotDotToken ? `...${name.text}` : name.text;
  return `{ ${namesIn(name).join(', ')} }`;
}

function namesIn(pattern: TS.BindingPattern): string[] {
  return pattern.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : ts.isIdentifier(element.name) ? [element.name.text] : namesIn(element.name),
  );
}

/** Not TypeScript's `this`, which is no value that is passed. */
function isValue({ name }: TS.ParameterDeclaration): boolean {
  return !(ts.isIdentifier(name) && name.text === 'this');
}
