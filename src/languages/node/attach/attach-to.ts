/** What to attach to: a process by its id, or whatever has its inspector on a port of this machine. */
export type AttachTo = { pid: number } | { host: string; port: number };

const LOOPBACK = ['127.0.0.1', 'localhost', '::1', '[::1]', '0.0.0.0'];

/** Reads `4711`, `:9229` or `127.0.0.1:9229`. Null for anything else; `elsewhere` where it is another machine, on which we can't measure. */
export function readAttachTo(words: string): AttachTo | 'elsewhere' | null {
  const text = words.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) > 0 ? { pid: Number(text) } : null;
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (!(Number(port) > 0 && Number(port) < 65_536) || /[/\s]/.test(host)) return null;
  if (host === '') return { host: '127.0.0.1', port: Number(port) };
  if (!LOOPBACK.includes(host)) return 'elsewhere';
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
