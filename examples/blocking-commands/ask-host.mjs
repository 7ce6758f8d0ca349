// The command that check-hosts.mjs runs: waits for a host, as ssh or curl would, then prints its version.
const [host] = process.argv.slice(2);
setTimeout(() => console.log(`v1.${host.length}.${Number(host.split('-')[1]) % 5}`), 150);
