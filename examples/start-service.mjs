import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts the slow service; resolves to its address and a function that ends it. */
export async function startService(delayMs) {
  const program = fileURLToPath(new URL('slow-service.mjs', import.meta.url));
  const service = spawn(process.execPath, [program, String(delayMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(service.stdout, 'data');
  return { url: `http://127.0.0.1:${String(port).trim()}`, stop: () => service.stdin.end() };
}
