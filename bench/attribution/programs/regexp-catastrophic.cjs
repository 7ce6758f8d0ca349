const { begin, end, repeat } = require('../truth.cjs');

const subject = `${'a'.repeat(22)}!`;

function valid(text) {
  return /^(a+)+$/.test(text); // truth: test js
}

begin('test');
repeat(500, () => valid(subject));
end('test');
