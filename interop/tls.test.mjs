/** The same talk over TLS, both ways. The certificate is the one of the library's own tests. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import { describe, test } from "node:test";
import { serve, WebSocket } from "trunkline";
import { Agent, WebSocket as UndiciWebSocket } from "undici";
import WsWebSocket, { WebSocketServer } from "ws";
import { cert, key } from "../packages/trunkline/dist/testing/certificate.test.util.js";
import { assertSame, Talk } from "./support/events.mjs";
import { BINARIES, TEXTS } from "./support/payloads.mjs";

async function startOursOverTls(context) {
  const routes = { "/echo": { message: (socket, data) => socket.send(data) } };
  const server = await serve({ tls: { key, cert }, routes, logger: {} });
  context.after(() => server.close({ timeout: 0 }));
  return `wss://localhost:${server.port}/echo`;
}

async function startWsOverTls(context) {
  const http = createServer({ key, cert });
  const server = new WebSocketServer({ server: http });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  context.after(() => {
    for (const socket of server.clients) socket.terminate();
    http.close();
  });
  return `wss://127.0.0.1:${http.address().port}/`;
}

async function assertEchoes(talk) {
  for (const message of [...TEXTS, ...BINARIES]) assertSame(await talk.ask(message), message);
  talk.socket.close(1000);
  assert.deepEqual(await talk.closed, { code: 1000, reason: "", wasClean: true });
}

describe("over TLS", () => {
  test("a ws client talks to our server", async (context) => {
    const url = await startOursOverTls(context);
    await assertEchoes(await Talk.open(new WsWebSocket(url, { ca: cert })));
  });

  test("an undici client talks to our server", async (context) => {
    const url = await startOursOverTls(context);
    const dispatcher = new Agent({ connect: { ca: cert } });
    context.after(() => dispatcher.destroy());
    await assertEchoes(await Talk.open(new UndiciWebSocket(url, { dispatcher })));
  });

  test("our client talks to a ws server", async (context) => {
    const url = await startWsOverTls(context);
    await assertEchoes(await Talk.open(new WebSocket(url, { tls: { ca: cert } })));
  });

  test("a certificate that nobody vouches for fails the connection, in theirs and in ours", async (context) => {
    const theirs = new Talk(new WsWebSocket(await startOursOverTls(context)));
    assert.equal((await theirs.closed).code, 1006);
    const ours = new Talk(new WebSocket(await startWsOverTls(context)));
    assert.equal((await ours.closed).code, 1006);
    assert.equal(ours.errors[0].error.code, "tls");
  });
});
