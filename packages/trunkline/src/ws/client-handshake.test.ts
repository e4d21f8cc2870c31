import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { toList } from "./client-handshake.ts";
import { startServer } from "./pair.test.util.ts";
import { WebSocket } from "./websocket.ts";

test("protocols are a list, one name, or none", () => {
  assert.deepEqual(toList(undefined), []);
  assert.deepEqual(toList("one"), ["one"]);
  assert.deepEqual(toList(["one", "two"]), ["one", "two"]);
});

test("the caller's options and headers stay as they are", async (t) => {
  const { url } = await startServer(t);
  const http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  t.after(() => http.close());
  const { port } = http.address() as AddressInfo;
  http.on("upgrade", (_request, socket) =>
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${url}\r\n\r\n`),
  );
  const options = Object.freeze({
    followRedirects: true,
    headers: Object.freeze({ Authorization: "x", Cookie: "y" }),
  });
  const client = new WebSocket(`ws://u:p@127.0.0.1:${port}`, options);
  await once(client, "open");
  assert.deepEqual(Object.keys(options.headers), ["Authorization", "Cookie"]);
  client.terminate();
});

test("each request of a chain of redirects has a key of its own", async (t) => {
  const keys = new Set<unknown>();
  const http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  t.after(() => http.close());
  http.on("upgrade", (request, socket) => {
    keys.add(request.headers["sec-websocket-key"]);
    socket.end("HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n");
  });
  const { port } = http.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, {
    followRedirects: true,
    maxRedirects: 2,
  });
  const [error] = await once(client, "error").catch((reason) => [reason]);
  assert.equal(error.message, "Maximum redirects exceeded");
  assert.equal(keys.size, 3);
});
