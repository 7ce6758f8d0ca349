import assert from 'node:assert/strict';
import os from 'node:os';
import { it } from 'node:test';
import { measureMachine } from '../../src/workflows/machine.ts';

it('a machine tells its cores, memory and load, or null', async () => {
  const machine = await measureMachine();
  assert.ok(machine.logicalCores >= 1 && machine.logicalCores <= os.cpus().length);
  assert.ok(machine.physicalCores === null || (machine.physicalCores >= 1 && machine.physicalCores <= machine.logicalCores));
  assert.ok(machine.memoryBytes > 100e6 && machine.memoryBytes <= os.totalmem());
  assert.equal(machine.platform, process.platform);
  assert.ok(machine.load === null || (machine.load >= 0 && machine.load <= 1));
});
