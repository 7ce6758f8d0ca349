import type { FromPanel, ToPanel } from '../protocol/panel.ts';
import { embeddedMessage } from './embedded.ts';

interface VsCodeApi {
  postMessage(message: FromPanel): void;
}
declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** Who shows the page: the extension, or nobody (a saved HTML report, which carries its own data). */
export interface Host {
  /** Whether source can be opened and fixes applied by a message. */
  editor: boolean;
  post(message: FromPanel): void;
}

/** Connects to whoever shows the page and has it told what to show. */
export function connect(receive: (message: ToPanel) => void): Host {
  const api = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : null;
  addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = event.data;
    if (typeof message === 'object' && message !== null && 'type' in message) receive(message as ToPanel);
  });
  const host: Host = { editor: api !== null, post: (message) => api?.postMessage(message) };
  const embedded = embeddedMessage();
  if (embedded !== null) void embedded.then(receive);
  // First of all: what is asked for comes while the page is built, and no sooner than it is.
  else host.post({ type: 'ready' });
  return host;
}
