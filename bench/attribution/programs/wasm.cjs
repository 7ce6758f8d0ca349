const { begin, end, repeat } = require('../truth.cjs');

// (func (export "spin") (param i32) (result i32) (local i32) loop: $1 = ($1 * 48271) ^ $0; $0 -= 1; br_if $0 != 0; end; $1)
const bytes = Buffer.from(
  '0061736d0100000001060160017f017f030201000708010473' +
    '70696e00000a20011e01017f0340200141' +
    '8ff902' +
    '6c20007321012000' +
    '41016b2200' +
    '0d000b20010b',
  'hex',
);
const { spin } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

function simulate() {
  return spin(400_000); // truth: spin cpu
}

begin('spin');
repeat(400, simulate);
end('spin');
