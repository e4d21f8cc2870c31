/** What the `ws` client can do besides the browser's interface, against our server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { ping, WebSocket as UndiciWebSocket } from "undici";
import { WebSocket } from "ws";
import { assertSame, Talk } from "./support/events.mjs";
import { startOurs } from "./support/our-server.mjs";

describe("the ws client against our server", () => {
  test("a message in fragments is one message, whatever comes between them", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new WebSocket(`${url}/echo`));
    const { socket } = talk;
    const parts = ["one ", "", "é".repeat(70_000), " 😀"];
    for (const part of parts) {
      socket.send(part, { fin: false });
      socket.ping("between");
    }
    socket.send("", { fin: true });
    assertSame(await talk.messages.next(), parts.join(""));
  });

  test("a character may be cut by a fragment's end", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new WebSocket(`${url}/echo`));
    const bytes = Buffer.from("a😀b");
    for (const byte of bytes) talk.socket.send(Buffer.of(byte), { binary: false, fin: false });
    talk.socket.send(Buffer.alloc(0), { binary: false, fin: true });
    assertSame(await talk.messages.next(), "a😀b");
  });

  test("binary fragments are joined", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new WebSocket(`${url}/echo`));
    for (let i = 0; i < 300; i++) talk.socket.send(Buffer.alloc(300, i), { fin: i === 299 });
    const expected = Buffer.concat(Array.from({ length: 300 }, (_, i) => Buffer.alloc(300, i)));
    assertSame(await talk.messages.next(), new Uint8Array(expected));
  });

  test("a ping is answered with its own data", async (context) => {
    const { url } = await startOurs(context);
    const { socket } = await Talk.open(new WebSocket(`${url}/echo`));
    for (const data of [Buffer.alloc(0), Buffer.from("are you there"), Buffer.alloc(125, 7)]) {
      const answered = once(socket, "pong");
      socket.ping(data);
      assert.deepEqual((await answered)[0], data);
    }
  });

  test("our ping arrives with its data", async (context) => {
    const { url, seen } = await startOurs(context);
    const { socket } = await Talk.open(new WebSocket(`${url}/echo`));
    const pinged = once(socket, "ping");
    (await seen.sockets.next()).ping("from the server");
    assert.equal((await pinged)[0].toString(), "from the server");
  });

  test("text that is not UTF-8 closes with 1007", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new WebSocket(`${url}/echo`));
    talk.socket.send(Buffer.of(0xc3, 0x28), { binary: false });
    assert.equal((await talk.closed).code, 1007);
  });

  test("a client that vanishes is 1006 for the handler", async (context) => {
    const { url, seen } = await startOurs(context);
    const { socket } = await Talk.open(new WebSocket(`${url}/echo`));
    socket.terminate();
    const { code, wasClean } = await seen.closes.next();
    assert.deepEqual({ code, wasClean }, { code: 1006, wasClean: false });
  });

  test("its headers reach the handler, and the handler's reach it", async (context) => {
    const { url } = await startOurs(context);
    const socket = new WebSocket(`${url}/headers`, { headers: { Authorization: "Bearer k" } });
    const upgraded = once(socket, "upgrade");
    const talk = new Talk(socket);
    assert.equal((await upgraded)[0].headers["x-answer"], "42");
    assertSame(await talk.messages.next(), "Bearer k");
  });

  test("a refusal has the handler's status, headers and body", async (context) => {
    const { url } = await startOurs(context);
    const socket = new WebSocket(`${url}/refused`);
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 401);
    assert.equal(response.headers["x-why"], "key");
    const chunks = await response.toArray();
    assert.equal(Buffer.concat(chunks).toString(), "no key, no entry");
  });

  test("a page of another origin is refused with 403", async (context) => {
    const { url } = await startOurs(context);
    const socket = new WebSocket(`${url}/echo`, { origin: "https://elsewhere.example" });
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 403);
    response.resume();
  });
});

describe("the undici client against our server", () => {
  test("its headers reach the handler", async (context) => {
    const { url } = await startOurs(context);
    const headers = { Authorization: "Bearer u" };
    const talk = new Talk(new UndiciWebSocket(`${url}/headers`, { headers }));
    assertSame(await talk.messages.next(), "Bearer u");
  });

  test("its pings do no harm", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new UndiciWebSocket(`${url}/echo`));
    ping(talk.socket, Buffer.from("u there"));
    assertSame(await talk.ask("yes"), "yes");
  });
});
