// Runs a script as plain node and tells how many cores it could have had: `node bench/gain/beside.mjs SCRIPT [THREADS]` prints one line of JSON with the whole process's
// wall time (`ms`), what it printed (`output`) and the free cores (`cores`): the least of what cores.mjs finds before and after it
// and, on Linux, of what other programs left during it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Linux counts processor time in these, whatever its own clock. */
const MS_PER_TICK = 10;

const [script, threads = String(availableParallelism())] = process.argv.slice(2);
const before = freeCores();
const ticksBefore = otherTicks();
const start = performance.now();
const output = execFileSync(process.execPath, [script], { encoding: 'utf8' });
const ms = performance.now() - start;
const others = ((otherTicks() - ticksBefore) * MS_PER_TICK) / ms;
console.log(JSON.stringify({ ms, output, cores: Math.min(before, freeCores(), availableParallelism() - others) }));

function freeCores() {
  const program = fileURLToPath(new URL('cores.mjs', import.meta.url));
  return Number(execFileSync(process.execPath, [program, threads], { encoding: 'utf8' }));
}

/** Processor time of all programs but this one and its children, a hypervisor's other guests included. */
function otherTicks() {
  if (!existsSync('/proc/self/stat')) return 0;
  const [user, nice, system, , , interrupts, softInterrupts, stolen] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const own = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return user + nice + system + interrupts + softInterrupts + stolen - own.reduce((sum, ticks) => sum + ticks, 0);
}
