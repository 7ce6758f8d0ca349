// What kind of program a file is, told by its first bytes; here of a large one, several times.
import { readFileSync } from 'node:fs';

function kindOf(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) === 0x7f454c46) return 'ELF';
  return bytes[0] === 0x4d && bytes[1] === 0x5a ? 'PE' : 'something else';
}

const kinds = [];
for (let round = 0; round < 8; round++) kinds.push(kindOf(process.execPath));
console.log(kinds.join());
