// Imports the programs whose URLs stand on stdin, one after the other, and prints what each printed and the code that it would have ended with.
// A program is done when nothing of its own is under way any more: no promise job, and no request to the file system.
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { inspect, format } from 'node:util';

const seen = {};
let current = null;
const show = console.log;
console.log = (...words) => void (current.stdout += `${format(...words)}\n`);

/** As an uncaught error would have: the program is over with code 1. */
const fail = (error) => {
  current.failed ??= inspect(error?.message ?? error);
};
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);

let done = false;
process.on('exit', (code) => {
  if (!done) console.error(`The runner ended with code ${code} in ${current?.url}`);
});

const compile = Module.prototype._compile;
Module.prototype._compile = function (...rest) {
  if (this.filename === process.argv[1]) process.mainModule = this;
  return compile.apply(this, rest);
};

const urls = JSON.parse(readFileSync(0, 'utf8'));
for (const url of urls) {
  current = { url, stdout: '', failed: null };
  process.exitCode = undefined;
  // Each is the program that runs, as far as it can tell.
  process.argv[1] = fileURLToPath(url);
  try {
    await import(url);
  } catch (error) {
    fail(error);
  }
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((one) => /^(FSReq|CloseReq)/.test(one)));
  seen[url] = { stdout: current.stdout + (current.failed ?? ''), code: current.failed === null ? (process.exitCode ?? 0) : 1 };
}
done = true;
process.exitCode = 0;
show(JSON.stringify(seen));
