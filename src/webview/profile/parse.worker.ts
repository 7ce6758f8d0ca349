import { openProfile, type OpenProfile } from './load.ts';
import { answer, type FromWorker, type ToWorker } from './worker-messages.ts';

/** The thread that reads profiles, so that the page never waits for one. The build puts this program into the page as text. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
};

let open: OpenProfile | null = null;

scope.onmessage = ({ data }) => {
  const { message, transfer, opened } = answer(data, open, openProfile);
  open = opened;
  scope.postMessage(message, transfer);
};
scope.postMessage({ type: 'ready' });

/** What the page imports: the text of this program, which the build puts here. */
export default '';
