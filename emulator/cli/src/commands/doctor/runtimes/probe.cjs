// Calls Graph once and prints the answer: `direct` as clients do that know no proxy, `proxy` as those that open a tunnel.
'use strict';

const http = require('http');
const https = require('https');

const [url, how] = process.argv.slice(2);

function fail(code, text) {
  console.error(text);
  process.exit(code);
}

function print(response) {
  response.on('data', (part) => process.stdout.write(part));
}

function call(options) {
  const request = https.get(url, options, print);
  request.on('error', (error) => fail(1, error.message));
  return request;
}

if (how === 'direct') {
  call({}).on('socket', (socket) => {
    socket.once('connect', () => {
      // Nothing has been sent yet.
      if (!/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress)) fail(3, `it connects to ${socket.remoteAddress}`);
    });
  });
} else {
  const proxy = new URL(process.env.HTTPS_PROXY);
  const path = `${new URL(url).hostname}:443`;
  const tunnel = http.request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path });
  tunnel.on('error', (error) => fail(1, error.message));
  tunnel.on('connect', (response, socket) => {
    if (response.statusCode !== 200) fail(1, `CONNECT was answered with ${response.statusCode}`);
    call({ socket, agent: false });
  });
  tunnel.end();
}
