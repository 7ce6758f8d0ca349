import { existsSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** The node binaries tests run against: 20, 22 and 24 from npm where they are installed (Linux x64), else the one running. */
export function supportedNodes(): { major: number; path: string }[] {
  const found = [20, 22, 24].map((major) => ({ major, path: binary(major) })).filter((node) => existsSync(node.path));
  return found.length > 0 ? found : [{ major: Number(process.versions.node.split('.')[0]), path: process.execPath }];
}

/** A node that Unblock does not support, or null where it is not installed. */
export function tooOldNode(): string | null {
  return existsSync(binary(18)) ? binary(18) : null;
}

function binary(major: number): string {
  return join(here, 'node_modules', `node-${major}`, 'bin', 'node');
}
