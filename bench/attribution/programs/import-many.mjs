import { mkdirSync, writeFileSync } from 'node:fs';
import truth from '../truth.cjs';

mkdirSync('node_modules/many', { recursive: true });
for (let i = 0; i < 1000; i++) {
  writeFileSync(`node_modules/many/m${i}.mjs`, `export const value = ${i};\n${'// a comment line of some length\n'.repeat(50)}`);
}
writeFileSync('node_modules/many/all.mjs', Array.from({ length: 1000 }, (_, i) => `import './m${i}.mjs';`).join('\n'));

truth.begin('load');
await import('many/all.mjs'); // truth: load loading bound=any
truth.end('load');
