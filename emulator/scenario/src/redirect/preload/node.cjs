// Brings connections to the platform's hosts to the Messenger emulator instead, for clients that know no proxy.
//
// Loaded into Node with `--require` through NODE_OPTIONS, so worker threads and child processes have it too. Only where a
// socket connects to is changed: the URL, the Host header, the server name of TLS and the check of the certificate stay
// as they are, and so does every other connection. Without MESSENGER_EMULATOR_URL it does nothing.
'use strict';

(function () {
  const HOSTS = ['graph.facebook.com', 'graph-video.facebook.com', 'graph.instagram.com'];
  const PORTS = ['443', '80'];
  const LOADED = Symbol.for('messenger-emulator.redirect');

  if (!process.env.MESSENGER_EMULATOR_URL || global[LOADED]) return;
  let target;
  try {
    const url = new URL(process.env.MESSENGER_EMULATOR_URL);
    target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
  } catch (error) {
    return;
  }

  const net = require('net');
  const connect = net.Socket.prototype.connect;

  function isServed(host, port) {
    return (
      typeof host === 'string' &&
      HOSTS.includes(host.toLowerCase().replace(/\.$/, '')) &&
      PORTS.includes(String(port))
    );
  }

  // A copy with another target. What concerns the way to the old one is left out.
  function redirected(options) {
    const copy = Object.assign(Object.create(Object.getPrototypeOf(options)), options, target);
    for (const name of ['lookup', 'family', 'hints', 'localAddress', 'localPort']) delete copy[name];
    return copy;
  }

  function changed(args) {
    const first = args[0];
    // How `net.connect` and `http` call it: one list, which symbols mark as looked through already.
    if (Array.isArray(first)) {
      const inner = changed(first);
      if (inner === first) return args;
      const list = Array.from(inner);
      for (const symbol of Object.getOwnPropertySymbols(first)) list[symbol] = first[symbol];
      return [list].concat(args.slice(1));
    }
    if (first !== null && typeof first === 'object') {
      const served = !first.path && isServed(first.host, first.port);
      return served ? [redirected(first)].concat(args.slice(1)) : args;
    }
    return isServed(args[1], first) ? [target.port, target.host].concat(args.slice(2)) : args;
  }

  net.Socket.prototype.connect = function (...args) {
    let used = args;
    try {
      used = changed(args);
    } catch (error) {
      // Whatever these arguments are, `connect` itself says what is wrong with them.
    }
    return connect.apply(this, used);
  };
  Object.defineProperty(global, LOADED, { value: true });
})();
