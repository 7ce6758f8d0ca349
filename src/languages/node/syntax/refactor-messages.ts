import type { RefactorResult, RefactorSpot } from '../../../core/advise/advice.ts';
import { MODELS } from '../../../core/report/report.ts';

/** Between the refactor server and whoever forked it: plain data over Node's IPC channel. */
export interface RefactorRequest {
  id: number;
  method: 'refactor';
  /** Id of a rule. */
  rule: string;
  spot: RefactorSpot;
  /** Texts as they are on the screen, by absolute file; any other file is read from disk. */
  sources: Record<string, string>;
}

export type RefactorResponse = { id: number; result: RefactorResult } | { id: number; error: string };

/** Checks what came over the channel: an old extension may talk to a new server, or something else altogether. Null when it is no request. */
export function asRequest(message: unknown): RefactorRequest | null {
  if (!isRecord(message) || typeof message['id'] !== 'number' || message['method'] !== 'refactor' || typeof message['rule'] !== 'string')
    return null;
  const { spot, sources } = message;
  if (!isRecord(spot) || typeof spot['file'] !== 'string' || !isPosition(spot['line']) || !isPosition(spot['logicalCores'])) return null;
  if (spot['atOnce'] !== undefined && !isPosition(spot['atOnce'])) return null;
  if (spot['choice'] !== undefined && spot['choice'] !== 'shared-memory') return null;
  if (!MODELS.some((model) => model === spot['model'])) return null;
  const target = spot['function'];
  if (
    !isRecord(target) ||
    typeof target['name'] !== 'string' ||
    typeof target['file'] !== 'string' ||
    !isPosition(target['line']) ||
    !isPosition(target['column'])
  )
    return null;
  if (!isRecord(sources) || !Object.values(sources).every((text) => typeof text === 'string')) return null;
  return message as unknown as RefactorRequest;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPosition(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
