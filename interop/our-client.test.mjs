/** Our client against the server that most of Node's world runs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { ping, terminate, WebSocket } from "trunkline";
import { assertSame, Talk } from "./support/events.mjs";
import { BINARIES, BOM_TEXT, TEXTS } from "./support/payloads.mjs";
import { startWs } from "./support/ws-server.mjs";

describe("our client against a ws server", () => {
  test("every text comes back as it went", async (context) => {
    const { url } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    for (const text of [...TEXTS, BOM_TEXT]) assertSame(await talk.ask(text), text);
  });

  test("every binary message comes back as it went", async (context) => {
    const { url } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    for (const bytes of BINARIES) assertSame(await talk.ask(bytes), bytes);
  });

  test("a Blob goes out and comes in", async (context) => {
    const { url } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    assertSame(await talk.ask(new Blob(["a ", "blob"])), new TextEncoder().encode("a blob"));
    talk.socket.binaryType = "blob";
    const received = once(talk.socket, "message");
    talk.socket.send(Uint8Array.of(1, 2, 3));
    const [{ data }] = await received;
    assert.ok(data instanceof Blob);
    assert.deepEqual(new Uint8Array(await data.arrayBuffer()), Uint8Array.of(1, 2, 3));
  });

  test("messages sent at once come back in order", async (context) => {
    const { url } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    const texts = Array.from({ length: 500 }, (_, i) => `message ${i}`);
    for (const text of texts) talk.socket.send(text);
    for (const text of texts) assertSame(await talk.messages.next(), text);
  });

  test("a message in fragments is one message, whatever comes between them", async (context) => {
    const { url, seen } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    const server = await seen.sockets.next();
    const parts = ["one ", "", "é".repeat(70_000), " 😀"];
    for (const part of parts) {
      server.send(part, { fin: false });
      server.ping("between");
    }
    server.send("", { fin: true });
    assertSame(await talk.messages.next(), parts.join(""));
  });

  test("a ping of the server is answered with its own data", async (context) => {
    const { url, seen } = await startWs(context);
    await Talk.open(new WebSocket(url));
    const server = await seen.sockets.next();
    for (const data of [Buffer.alloc(0), Buffer.from("are you there"), Buffer.alloc(125, 7)]) {
      const answered = once(server, "pong");
      server.ping(data);
      assert.deepEqual((await answered)[0], data);
    }
  });

  test("our ping arrives with its data", async (context) => {
    const { url, seen } = await startWs(context);
    const { socket } = await Talk.open(new WebSocket(url));
    const pinged = once(await seen.sockets.next(), "ping");
    ping(socket, "from the client");
    assert.equal((await pinged)[0].toString(), "from the client");
  });

  test("our close code and reason reach the server, which sends both back", async (context) => {
    const { url, seen } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    talk.socket.close(3001, "enough — 够了");
    const told = { code: 3001, reason: "enough — 够了" };
    assert.deepEqual(await talk.closed, { ...told, wasClean: true });
    assert.deepEqual(await seen.closes.next(), told);
  });

  test("a close without a code is 1005 on both sides", async (context) => {
    const { url, seen } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    talk.socket.close();
    assert.deepEqual(await talk.closed, { code: 1005, reason: "", wasClean: true });
    assert.equal((await seen.closes.next()).code, 1005);
  });

  test("the server's close code and reason reach us", async (context) => {
    const { url, seen } = await startWs(context);
    const talk = await Talk.open(new WebSocket(url));
    (await seen.sockets.next()).close(4002, "grüße");
    assert.deepEqual(await talk.closed, { code: 4002, reason: "grüße", wasClean: true });
    assert.deepEqual(await seen.closes.next(), { code: 4002, reason: "grüße" });
  });

  test("a connection that either side drops is 1006", async (context) => {
    const { url, seen } = await startWs(context);
    const first = await Talk.open(new WebSocket(url));
    (await seen.sockets.next()).terminate();
    assert.equal((await first.closed).code, 1006);
    assert.equal((await seen.closes.next()).code, 1006);
    const second = await Talk.open(new WebSocket(url));
    terminate(second.socket);
    assert.equal((await second.closed).code, 1006);
    assert.equal((await seen.closes.next()).code, 1006);
  });

  test("a message over the server's limit closes with 1009", async (context) => {
    const { url } = await startWs(context, { maxPayload: 1024 });
    const talk = await Talk.open(new WebSocket(url));
    talk.socket.send("x".repeat(1025));
    assert.equal((await talk.closed).code, 1009);
  });

  test("the subprotocol that the server selects is ours to read", async (context) => {
    const handleProtocols = (offered) => [...offered].at(-1);
    const { url } = await startWs(context, { handleProtocols });
    const { socket } = await Talk.open(new WebSocket(url, ["chat.v2", "chat.v1"]));
    assert.equal(socket.protocol, "chat.v1");
  });

  test("our headers reach the server", async (context) => {
    const { url, seen } = await startWs(context);
    const headers = { Authorization: "Bearer k", Cookie: "a=b" };
    await Talk.open(new WebSocket(`${url}/path?x=1`, { headers }));
    const request = await seen.requests.next();
    assert.equal(request.url, "/path?x=1");
    assert.equal(request.headers.authorization, "Bearer k");
    assert.equal(request.headers.cookie, "a=b");
  });

  test("a refused upgrade is an error that says the status, and 1006", async (context) => {
    const verifyClient = (_info, decide) => decide(false, 403, "go away");
    const { url } = await startWs(context, { verifyClient });
    const talk = new Talk(new WebSocket(url));
    assert.deepEqual(await talk.closed, { code: 1006, reason: "", wasClean: false });
    assert.equal(talk.errors.length, 1);
    assert.equal(talk.errors[0].error.code, "status");
    assert.equal(talk.errors[0].error.status, 403);
  });
});
