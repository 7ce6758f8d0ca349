import { isMainThread } from 'node:worker_threads';
import { CHANNEL_VARIABLE, type ChannelSettings } from './messages.ts';
import { recordMainThread } from './main-thread.ts';
import { recordWorkerThread } from './worker-thread.ts';

/**
 * The agent: preloaded into the script's process ahead of everything else. Whatever goes wrong here is told to the recorder and never to
 * the script.
 */
if (isMainThread) {
  const channel = process.env[CHANNEL_VARIABLE];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The script's environment must not hold it.
  delete process.env[CHANNEL_VARIABLE];
  if (channel) recordMainThread(JSON.parse(channel) as ChannelSettings);
} else recordWorkerThread();
