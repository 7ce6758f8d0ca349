const fs = require('node:fs');
const { begin, end, repeat } = require('../truth.cjs');

const fd = fs.openSync('journal', 'w');

function commit() {
  fs.writeSync(fd, 'entry\n'); // truth: fsync blocked bound=blocking-io,cpu-native,mixed
  fs.fsyncSync(fd); // truth: fsync blocked bound=blocking-io,cpu-native,mixed
}

begin('fsync');
repeat(500, commit);
end('fsync');
