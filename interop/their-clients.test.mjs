/** The clients that people have, against our server. They share the browser's events, so they share the tests. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WebSocket as UndiciWebSocket } from "undici";
import WsWebSocket from "ws";
import { assertSame, Talk } from "./support/events.mjs";
import { startOurs } from "./support/our-server.mjs";
import { BINARIES, BOM_TEXT, TEXTS } from "./support/payloads.mjs";

assert.ok(globalThis.WebSocket, "run with npm test, which asks Node 20 for its WebSocket");

const CLIENTS = {
  ws: WsWebSocket,
  undici: UndiciWebSocket,
  "Node's own": globalThis.WebSocket,
};

for (const [name, WebSocket] of Object.entries(CLIENTS)) {
  const isUndici = name !== "ws";
  // Deviation of theirs: the undici 6 in Node 20 and 22 leaves it at the error event.
  const closesAfterError =
    name !== "Node's own" || Number.parseInt(process.versions.undici, 10) > 6;

  const assertFails = async (talk) => {
    await talk.failed;
    if (closesAfterError) assert.equal((await talk.closed).code, 1006);
    assert.equal(talk.errors.length, 1);
  };

  describe(`${name} as client of our server`, () => {
    test("every text comes back as it went", async (context) => {
      const { url } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      for (const text of TEXTS) assertSame(await talk.ask(text), text);
    });

    test("every binary message comes back as it went", async (context) => {
      const { url } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      for (const bytes of BINARIES) assertSame(await talk.ask(bytes), bytes);
    });

    test("a leading byte order mark reaches the handler, and goes back", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      const answer = await talk.ask(BOM_TEXT);
      assertSame(await seen.messages.next(), BOM_TEXT);
      // Deviation of theirs: undici's decoder takes the mark off what it receives.
      assertSame(answer, isUndici ? BOM_TEXT.slice(1) : BOM_TEXT);
    });

    test("messages sent at once come back in order", async (context) => {
      const { url } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      const texts = Array.from({ length: 500 }, (_, i) => `message ${i}`);
      for (const text of texts) talk.socket.send(text);
      for (const text of texts) assertSame(await talk.messages.next(), text);
    });

    test("the client's close code and reason reach the handler, and come back", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      talk.socket.close(3001, "enough — 够了");
      const info = { code: 3001, reason: "enough — 够了", wasClean: true };
      assert.deepEqual(await talk.closed, info);
      assert.deepEqual({ ...(await seen.closes.next()) }, info);
    });

    test("a close without a code is 1005 on both sides", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      talk.socket.close();
      assert.deepEqual(await talk.closed, { code: 1005, reason: "", wasClean: true });
      assert.equal((await seen.closes.next()).code, 1005);
    });

    test("the handler's close code and reason reach the client", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      (await seen.sockets.next()).close(4002, "grüße");
      const info = { code: 4002, reason: "grüße", wasClean: true };
      assert.deepEqual(await talk.closed, info);
      // `ws` sends the reason back as well: RFC 6455 speaks of the code alone.
      const returned = isUndici ? { ...info, reason: "" } : info;
      assert.deepEqual({ ...(await seen.closes.next()) }, returned);
    });

    test("a terminated connection is 1006 for the client", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      (await seen.sockets.next()).terminate();
      assert.equal((await talk.closed).code, 1006);
    });

    test("a message over the limit closes with 1009", async (context) => {
      const { url } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/small`));
      talk.socket.send("x".repeat(1025));
      assert.equal((await talk.closed).code, 1009);
    });

    test("draining the server closes with 1001", async (context) => {
      const { url, server } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      const [{ code, wasClean }] = await Promise.all([talk.closed, server.close()]);
      assert.deepEqual({ code, wasClean }, { code: 1001, wasClean: true });
    });

    test("the handler's first protocol that the client offers is selected", async (context) => {
      const { url } = await startOurs(context);
      const { socket } = await Talk.open(new WebSocket(`${url}/chat`, ["chat.v1", "chat.v2"]));
      assert.equal(socket.protocol, "chat.v2");
    });

    test("without an offer no protocol is selected", async (context) => {
      const { url } = await startOurs(context);
      const { socket } = await Talk.open(new WebSocket(`${url}/chat`));
      assert.equal(socket.protocol, "");
    });

    test("an offer that the handler has nothing of fails the connection in the client", async (context) => {
      const { url } = await startOurs(context);
      await assertFails(new Talk(new WebSocket(`${url}/chat`, ["soap"])));
    });

    test("a refused upgrade is an error and 1006", async (context) => {
      const { url } = await startOurs(context);
      for (const path of ["/refused", "/nowhere"]) {
        await assertFails(new Talk(new WebSocket(url + path)));
      }
    });

    test("pings of the server are answered: the connection lives, and messages go on", async (context) => {
      const { url, seen } = await startOurs(context);
      const talk = await Talk.open(new WebSocket(`${url}/echo`));
      const socket = await seen.sockets.next();
      for (const data of ["", "here?", "x".repeat(125)]) socket.ping(data);
      assertSame(await talk.ask("still here"), "still here");
    });

    test("a published message reaches every subscriber", async (context) => {
      const { url, server } = await startOurs(context);
      const open = () => Talk.open(new WebSocket(`${url}/topic`));
      const talks = await Promise.all([open(), open(), open()]);
      for (const talk of talks) assertSame(await talk.messages.next(), "subscribed");
      assert.equal(server.publish("news", "an answer"), 3);
      server.publish("news", Uint8Array.of(4, 2));
      for (const talk of talks) {
        assertSame(await talk.messages.next(), "an answer");
        assertSame(await talk.messages.next(), Uint8Array.of(4, 2));
      }
    });
  });
}
