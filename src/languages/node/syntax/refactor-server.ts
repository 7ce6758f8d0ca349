import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { ReadSource } from '../../../core/advise/advice.ts';
import { askRule } from '../refactors/text/ask-rule.ts';
import { rules } from '../rules/index.ts';
import { asRequest, isRecord, type RefactorRequest, type RefactorResponse } from './refactor-messages.ts';

/**
 * A process of its own that computes refactors, so that TypeScript (3.5 MB, and the memory of what it parses) never loads into the editor's
 * extension host. It answers each request of its parent, survives whatever it is sent, writes nothing, and ends with the channel.
 */
// TypeScript makes a checker of some 50 MB for each answer. V8 would let four times what is alive pile up before it collects them: 1.3 GB in place of 0.6.
setFlagsFromString('--heap-growing-percent=50');

process.on('message', (message) => {
  const request = asRequest(message);
  if (request !== null) answer(respond(request));
  else if (isRecord(message) && typeof message['id'] === 'number') answer({ id: message['id'], error: 'The request was malformed.' });
});
process.on('disconnect', () => process.exit(0));
if (process.send === undefined) {
  console.error('This program is started by the Unblock extension.');
  process.exitCode = 2;
}

let onScreen: Record<string, string> = {};

/** The same function for all requests: what was parsed for one is kept for the next as long as the texts are. */
const read: ReadSource = (file) => (Object.hasOwn(onScreen, file) ? onScreen[file]! : readText(file));

function respond({ id, rule: ruleId, spot, sources }: RefactorRequest): RefactorResponse {
  const rule = rules.find((one) => one.id === ruleId);
  if (rule === undefined)
    return { id, result: { available: false, reason: `The rule ${ruleId} is not known to this version: profile the script again.` } };
  onScreen = sources;
  try {
    return { id, result: askRule(rule, spot, read) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function answer(response: RefactorResponse): void {
  // The parent may have gone in the meantime; its `disconnect` ends us.
  process.send?.(response, undefined, undefined, () => undefined);
}
