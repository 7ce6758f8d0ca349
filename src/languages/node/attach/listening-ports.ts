import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemCommand } from './system-command.ts';

/** The TCP ports on which a process listens. Empty where the system does not say. */
export function listeningPorts(pid: number): number[] {
  try {
    if (process.platform === 'linux') return linuxPorts(pid);
    const lines = (
      process.platform === 'win32'
        ? systemCommand('netstat', ['-ano', '-p', 'TCP'])
        : systemCommand('lsof', ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN'])
    ).split('\n');
    const row = process.platform === 'win32' ? new RegExp(`:(\\d+)\\s+\\S+:0\\s.*\\s${pid}\\s*$`) : /:(\d+) \(LISTEN\)/;
    return [...new Set(lines.flatMap((line) => row.exec(line)?.[1] ?? []).map(Number))];
  } catch {
    return [];
  }
}

/** The state of a socket that listens. */
const LISTENING = '0A';

function linuxPorts(pid: number): number[] {
  const folder = `/proc/${pid}/fd`;
  const sockets = new Set<string>();
  for (const name of readdirSync(folder)) {
    try {
      const socket = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1];
      if (socket !== undefined) sockets.add(socket);
    } catch {
      // Closed meanwhile.
    }
  }
  const ports = ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTENING && sockets.has(fields[9] ?? ''))
      .map((fields) => Number.parseInt(fields[1]!.split(':').at(-1)!, 16)),
  );
  return [...new Set(ports)];
}
