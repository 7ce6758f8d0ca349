// Asks 12 hosts for their version, with a command for each.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const askHost = fileURLToPath(new URL('ask-host.mjs', import.meta.url));

function checkHosts(hosts) {
  const versions = [];
  for (const host of hosts) {
    const answer = execFileSync(process.execPath, [askHost, host], { encoding: 'utf8' });
    versions.push(`${host} ${answer.trim()}`);
  }
  return versions;
}

const hosts = Array.from({ length: 12 }, (_, index) => `host-${index + 1}`);
const versions = checkHosts(hosts);
console.log(versions.join('\n'));
