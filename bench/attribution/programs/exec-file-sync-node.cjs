const { execFileSync } = require('node:child_process');
const { begin, end } = require('../truth.cjs');

const code = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)';
const tool = () => execFileSync(process.execPath, ['-e', code], { env: { PATH: process.env.PATH } }); // truth: tool blocked

begin('tool');
for (let i = 0; i < 4; i++) tool();
end('tool');
