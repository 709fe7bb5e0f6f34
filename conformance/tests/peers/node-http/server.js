// SPDX-License-Identifier: Apache-2.0
// HTTP server on Node's own module: answers GET and HEAD, sends the content of POST and PUT back.
"use strict";
const http = require("node:http");

const at = process.argv.indexOf("--port");
const port = at < 0 ? 9001 : Number(process.argv[at + 1]);
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const echo = request.method === "POST" || request.method === "PUT";
    const content = echo ? Buffer.concat(parts) : Buffer.from("Hello, world");
    response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": content.length });
    response.end(content);
  });
});
server.on("error", (error) => {
  console.error(error.message);
  process.exit(2);
});
server.listen(port, "127.0.0.1", 4096, () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
