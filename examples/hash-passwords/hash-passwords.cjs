// Hashes the passwords of 24 users, as a migration script would.
const { pbkdf2Sync } = require('node:crypto');

const users = Array.from({ length: 24 }, (_, index) => ({ name: `user-${index}`, password: `secret-${index * 31}`, salt: `salt-${index}` }));

function hashPasswords(users) {
  const hashes = [];
  for (const user of users) {
    const hash = pbkdf2Sync(user.password, user.salt, 150_000, 32, 'sha512');
    hashes.push(hash.toString('hex'));
  }
  return hashes;
}

function main() {
  const hashes = hashPasswords(users);
  console.log(`${hashes.length} passwords, first ${hashes[0].slice(0, 16)}, last ${hashes.at(-1).slice(0, 16)}`);
}

main();
