// SPDX-License-Identifier: Apache-2.0
// Exchanges by Node's own HTTP client with an agent that keeps connections: one for each line METHOD URL [CONTENT] of
// the input, or the one of --method, --url and --body; prints a line of JSON about each.
"use strict";
const crypto = require("node:crypto");
const http = require("node:http");
const readline = require("node:readline");

const agent = new http.Agent({ keepAlive: true });

function exchange(method, url, body, timeout) {
  return new Promise((resolve) => {
    const failed = (error) => resolve({ error: error.message || String(error) });
    try {
      const content = body !== "" || method === "POST" || method === "PUT";
      const headers = { "User-Agent": "osprey-peer" };
      if (content) {
        headers["Content-Type"] = "application/octet-stream";
        headers["Content-Length"] = Buffer.byteLength(body);
      }
      const request = http.request(url, { method, headers, agent, timeout }, (response) => {
        const parts = [];
        response.on("error", failed);
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          const octets = Buffer.concat(parts);
          const sha256 = crypto.createHash("sha256").update(octets).digest("hex");
          resolve({ status: response.statusCode, length: octets.length, sha256 });
        });
      });
      request.on("timeout", () => request.destroy(new Error("timed out")));
      request.on("upgrade", (response, socket) => {
        socket.destroy();
        failed(new Error("switched protocols"));
      });
      request.on("error", failed);
      request.end(content ? body : undefined);
    } catch (error) {
      failed(error);
    }
  });
}

function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

async function main() {
  const url = option("--url", null);
  if (url !== null) {
    console.log(JSON.stringify(await exchange(option("--method", "GET"), url, option("--body", ""), 10000)));
    process.exit(0);
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [, method, target, , body] = /^(\S+) (\S+)( (.*))?$/.exec(line);
    // Longer than the judge waits: a response that is waited for in vain is to show as that.
    console.log(JSON.stringify(await exchange(method, target, body || "", 60000)));
  }
  process.exit(0);
}

main();
