import type { FrameOwner } from '../../../core/language.ts';

/**
 * Whose code a frame is, from its URL or path: `node:fs`, `internal/…` (before node 16), below `node_modules`, or the user's. Who profiles an
 * installed program (`node_modules/typescript/bin/tsc`) asks about that program: its package is the user's code then.
 */
export function owner(url: string, script = ''): FrameOwner {
  if (url === '') return 'native';
  if (
    url.startsWith('node:') ||
    url.startsWith('internal/') ||
    url.startsWith('evalmachine.') ||
    url.startsWith('unblock:') ||
    url.startsWith('wasm:')
  )
    return 'core';
  if (PLUG_AND_PLAY.test(url)) return 'dependency';
  const name = packageOf(url);
  return name === null || name === packageOf(script) ? 'user' : 'dependency';
}

/** Written by Yarn: it finds and reads packages. */
const PLUG_AND_PLAY = /[/\\]\.pnp\.(?:cjs|loader\.mjs)$/;

/** The installed package that a file belongs to; null outside `node_modules`. */
function packageOf(path: string): string | null {
  const parts = path.split(/[/\\]node_modules[/\\]/);
  return parts.length < 2 ? null : (/^(?:@[^/\\]+[/\\])?[^/\\]+/.exec(parts.at(-1)!)?.[0] ?? null);
}
