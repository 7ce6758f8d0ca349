import type { FrameOwner } from '../../../core/language.ts';

/** Whose code a frame is, from its URL or path: `node:fs`, `internal/…` (before node 16), below `node_modules`, or the user's. */
export function owner(url: string): FrameOwner {
  if (url === '') return 'native';
  if (
    url.startsWith('node:') ||
    url.startsWith('internal/') ||
    url.startsWith('evalmachine.') ||
    url.startsWith('unblock:') ||
    url.startsWith('wasm:')
  )
    return 'core';
  if (/[/\\]node_modules[/\\]/.test(url)) return 'dependency';
  return 'user';
}
