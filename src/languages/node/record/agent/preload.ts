import { withoutPreload } from './node-options.ts';

/**
 * What a child process of the script is started with, by way of NODE_OPTIONS. It may be any version of Node: so this program needs nothing,
 * takes itself out of the environment before anything else can see it, and loads the agent only where it runs.
 */
const OLDEST_NODE = 20;

if (process.env['NODE_OPTIONS'] !== undefined) {
  const rest = withoutPreload(process.env['NODE_OPTIONS'], __filename);
  if (rest === null) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = rest;
}
if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- An import would come first, and fail where the agent can't run.
    require('./agent.cjs');
  } catch {
    // A node without an inspector: it runs as if we were not there.
  }
}
// The agent takes it out as well, unless it could not be loaded.
delete process.env['UNBLOCK_CHANNEL'];
