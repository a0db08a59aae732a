// Looks no host up but this machine, so that a bot under test cannot reach the real platform.
// GUARD_FILE gets what was asked for.
'use strict';

const dns = require('node:dns');
const fs = require('node:fs');

const { lookup } = dns;
const LOCAL = ['localhost', '127.0.0.1', '::1'];

dns.lookup = (host, ...rest) => {
  if (LOCAL.includes(host)) {
    return lookup(host, ...rest);
  }
  fs.appendFileSync(process.env.GUARD_FILE, `${host}\n`);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', hostname: host });
  return process.nextTick(rest.at(-1), error);
};
