// needs: addon
const { begin, end, repeat } = require('../truth.cjs');
// A parser in Rust that this project's tools bring along, called as its JavaScript side does.
const { parseSync } = require(process.env.TRUTH_ADDON);

const text = Array.from({ length: 3000 }, (_, i) => `export function f${i}(a, b) { return [a + ${i}, { b, c: a * b }]; }`).join('\n');

class Compiler {
  parse() {
    return parseSync('a.js', text, {}); // truth: parse native
  }
}

const compiler = new Compiler();
begin('parse');
repeat(400, () => compiler.parse());
end('parse');
