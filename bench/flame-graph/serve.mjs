// Serves both viewers and the profiles from loopback.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';

const speedscope = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.png': 'image/png' };

/** Our page as the extension hosts it: a host that answers `ready` with the profile. The policy is the extension's, with room for this host. */
const host = `
const size = new URLSearchParams(location.search).get('profile');
window.acquireVsCodeApi = () => ({
  async postMessage(message) {
    if (message.type !== 'ready') return;
    const response = await fetch('/profiles/' + size + '.cpuprofile');
    const bytes = new Uint8Array(Number(response.headers.get('content-length')));
    const reader = response.body.getReader();
    for (let at = 0, piece; !(piece = await reader.read()).done; at += piece.value.length) bytes.set(piece.value, at);
    window.postMessage({ type: 'show', report: null, title: size, lanes: [{ name: 'main', bytes }] }, '*', [bytes.buffer]);
  },
});`;
const page = (script, bytes) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-bench'; worker-src blob:; connect-src 'self'">
<title>bench</title></head><body><div id="unblock" data-bytes="${bytes}"></div><script nonce="bench">${host}</script><script nonce="bench">${script}</script></body></html>`;

/** Resolves with the address. `profiles` is the folder that holds them, `script` the text of our page's script, as it is shipped, `plain` that of a page without any panel. */
export function serve(profiles, script, plain) {
  const files = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://x');
    const path = normalize(decodeURIComponent(url.pathname));
    const text = (type, body) => response.writeHead(200, { 'content-type': type }).end(body);
    if (path === '/ours') {
      const { size } = statSync(join(profiles, `${url.searchParams.get('profile')}.cpuprofile`));
      return text('text/html', page(url.searchParams.has('plain') ? plain : script, size));
    }
    const file = path.startsWith('/profiles/')
      ? join(profiles, path.slice(10))
      : path.startsWith('/speedscope/')
        ? join(speedscope, path.slice(12) || 'index.html')
        : null;
    try {
      // From memory, so that the disk's speed is not part of the measurement.
      if (!files.has(file)) files.set(file, readFileSync(file));
      const body = files.get(file);
      response
        .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': body.length })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() })),
  );
}
