import assert from "node:assert/strict";
import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { openPair, startServer } from "./pair.test.util.ts";
import { WebSocket } from "./websocket.ts";
import { WebSocketServer } from "./websocket-server.ts";

test("options of the caller's stay as they are, and undefined ones are kept", () => {
  const options = Object.freeze({ noServer: true, perMessageDeflate: true, path: undefined });
  const server = new WebSocketServer(options);
  assert.deepEqual(server.options.perMessageDeflate, {});
  assert.equal(server.options.path, undefined);
  assert.equal(options.perMessageDeflate, true);
});

test("a limit that is changed later holds for those who come then", async (t) => {
  const { server, url, peer, client } = await openPair(t);
  Object.assign(server.options, { maxPayload: 3 });
  const connected = once(server, "connection");
  const second = new WebSocket(url);
  const [small] = (await connected) as [WebSocket];
  await once(second, "open");
  const failed = new Promise<Error>((resolve) => {
    small.on("error", resolve);
  });
  const came = once(peer, "message");
  client.send("four");
  assert.equal(String((await came)[0]), "four");
  second.send("four");
  assert.equal((await failed).message, "Max payload size exceeded");
});

test("a verdict without a reason is 401 with its own words", async (t) => {
  const { url } = await startServer(t, { verifyClient: () => false });
  const client = new WebSocket(url);
  client.on("error", () => {});
  const [, response] = await once(client, "unexpected-response");
  assert.equal(response.statusCode, 401);
  assert.equal(response.headers["content-length"], "12");
  client.terminate();
});

test("it works behind a Proxy", async (t) => {
  const { server, client } = await openPair(t);
  const proxy = new Proxy(server, {});
  assert.equal(proxy.clients?.size, 1);
  assert.ok(proxy.address());
  const refused = once(proxy, "wsClientError");
  const socket = new PassThrough();
  const request = Object.assign(new IncomingMessage(new Socket()), { method: "POST" });
  proxy.handleUpgrade(request, socket, Buffer.alloc(0), () => {});
  assert.equal((await refused)[0].message, "Invalid HTTP method");
  const closed = once(server, "close");
  proxy.close();
  client.terminate();
  await closed;
});
