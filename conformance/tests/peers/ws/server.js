// SPDX-License-Identifier: Apache-2.0
// Echo server on ws: permessage-deflate on, limits raised.
'use strict';

const { parseArgs } = require('node:util');
const { WebSocketServer } = require('ws');

const { values } = parseArgs({ options: { port: { type: 'string', default: '9001' } } });
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(values.port),
  backlog: 4096,
  maxPayload: 128 * 1024 * 1024,
  perMessageDeflate: true,
});

server.on('listening', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
server.on('error', (error) => {
  console.error(error.message);
  process.exit(2);
});
server.on('connection', (socket) => {
  socket.on('error', () => {}); // a broken rule; ws has closed the connection with its code
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
