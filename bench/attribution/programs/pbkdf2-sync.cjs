const crypto = require('node:crypto');
const { begin, end, repeat } = require('../truth.cjs');

class Passwords {
  static digest(password) {
    return crypto.pbkdf2Sync(password, 'salt', 20_000, 32, 'sha256'); // truth: pbkdf2 native
  }
}

begin('pbkdf2');
repeat(450, () => Passwords.digest('secret'));
end('pbkdf2');
