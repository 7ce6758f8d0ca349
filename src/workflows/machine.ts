import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Machine } from '../core/recording.ts';

/** How long the machine may take to describe itself, in ms; what it has not said by then is unknown. */
const PATIENCE_MS = 500;

/**
 * The machine the script runs on, as far as this process may use it: a container's limits count, not the cores of its host.
 * Takes about 70 ms, in which other things can be prepared. Never fails: an unknown number is null.
 */
export async function measureMachine(): Promise<Machine> {
  const said = await Promise.race([askSystem(), silence(PATIENCE_MS)]);
  const available = Math.min(os.availableParallelism(), cgroupCores() ?? Infinity);
  const logicalCores = Math.max(1, Math.min(said?.logicalCores ?? available, available));
  return {
    logicalCores,
    physicalCores: said?.physicalCores ? Math.min(said.physicalCores, logicalCores) : null,
    memoryBytes: Math.min(said?.memoryBytes ?? os.totalmem(), process.constrainedMemory() || Infinity),
    platform: process.platform,
    load: loadOfLastMinute(),
  };
}

async function askSystem(): Promise<{ logicalCores: number; physicalCores: number; memoryBytes: number } | null> {
  try {
    const { default: system } = await import('systeminformation');
    const [cpu, memory] = await Promise.all([system.cpu(), system.mem()]);
    return { logicalCores: cpu.cores, physicalCores: cpu.physicalCores, memoryBytes: memory.total };
  } catch {
    return null;
  }
}

function silence(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms).unref();
  });
}

/** Cores that a Linux control group (version 2, as in containers) leaves to this process; null where there is no limit. */
function cgroupCores(): number | null {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ').map(Number);
    return quota && period ? Math.max(1, Math.ceil(quota / period)) : null;
  } catch {
    return null;
  }
}

/**
 * The load average of the last minute over the number of cores, 0 to 1: a measurement of the next 500 ms would hold up the
 * script, and one made beside it would measure the script. Null on Windows, which keeps none.
 */
function loadOfLastMinute(): number | null {
  const [lastMinute] = os.loadavg();
  if (process.platform === 'win32' || lastMinute === undefined) return null;
  return Math.min(1, Math.round((lastMinute / os.cpus().length) * 100) / 100);
}
