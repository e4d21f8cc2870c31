/**
 * The library on Bun and on Deno. What is in `runtimes/` runs there; clients and servers of this process,
 * of ours and of `ws`, are its peers. Every program has to end by itself and to have nothing to complain of.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { DialError, WebSocket } from "trunkline";
import WsWebSocket from "ws";
import { cert, key } from "../packages/trunkline/dist/testing/certificate.test.util.js";
import { bytesOf, floodOf, PAYLOADS } from "./runtimes/payloads.mjs";
import { assertSame, Talk } from "./support/events.mjs";
import { startOurs } from "./support/our-server.mjs";
import { RUNTIMES, startProgram, whySkipped } from "./support/runtimes.mjs";
import { startWs } from "./support/ws-server.mjs";

const CLIENTS = {
  ws: (url, protocols = []) => new WsWebSocket(url, protocols, { ca: cert }),
  "our client": (url, protocols = []) => new WebSocket(url, { protocols, tls: { ca: cert } }),
};

/** Servers of this process, and the path at which each of them echoes. */
const SERVERS = {
  "our server": { start: startOurs, tls: { tls: { cert, key } } },
  ws: {
    start: (context, options) => startWs(context, { perMessageDeflate: true, ...options }),
  },
};

const parting = { code: 3001, reason: "enough — 够了", wasClean: true };
const going = { code: 1001, wasClean: true };

for (const runtime of RUNTIMES) {
  describe(`on ${runtime.name}`, { skip: whySkipped(runtime) }, () => {
    for (const program of ["serve.mjs", "attach.mjs"]) testServer(runtime, program);
    testClient(runtime);
    testDropIn(runtime);
  });
}

describe("the table in docs/runtimes.md", () => {
  const page = readFileSync(new URL("../docs/runtimes.md", import.meta.url), "utf8");
  const lock = readFileSync(new URL("package-lock.json", import.meta.url), "utf8");

  test("names the versions that ran", () => {
    const { packages } = JSON.parse(lock);
    const versions = RUNTIMES.map(({ name }) => {
      return `${name} ${packages[`node_modules/${name.toLowerCase()}`].version}`;
    });
    assert.ok(page.includes(`| | ${versions.join(" | ")} |\n`), versions.join());
  });
});

/** A server in the runtime: its program, and where it is. */
async function startServer(context, runtime, program, ...args) {
  const server = startProgram(context, runtime, program, ...args);
  return { server, url: await server.next() };
}

function testServer(runtime, program) {
  for (const [name, connect] of Object.entries(CLIENTS)) {
    describe(`${program}, with ${name}`, () => {
      const start = (context, ...args) => startServer(context, runtime, program, ...args);
      const open = (url, protocols) => Talk.open(connect(url, protocols));

      for (const path of ["/echo", "/takeover", "/conversation"]) {
        test(`${path} sends back what comes, compressed, one by one and at once`, async (context) => {
          const { server, url } = await start(context);
          const talk = await open(url + path);
          assert.match(talk.socket.extensions, /^permessage-deflate/);
          for (const payload of PAYLOADS) assertSame(await talk.ask(payload), payload);
          for (const payload of PAYLOADS) talk.socket.send(payload);
          for (const payload of PAYLOADS) assertSame(await talk.messages.next(), payload);
          talk.socket.close(1000);
          assert.equal((await talk.closed).code, 1000);
          assert.equal(await server.stop(), undefined);
        });
      }

      test("twenty connections at once get each its own", async (context) => {
        const { server, url } = await start(context);
        const all = Array.from({ length: 20 }, (_, seed) => seed);
        const talks = await Promise.all(all.map(() => open(`${url}/echo`)));
        const payloads = all.map((seed) =>
          [3, 200, 30_000, 100_000].flatMap((size) => [
            `${seed}-`.repeat(size),
            bytesOf(size, seed),
          ]),
        );
        for (let at = 0; at < payloads[0].length; at++) {
          for (const seed of all) talks[seed].socket.send(payloads[seed][at]);
        }
        for (const seed of all) {
          for (const payload of payloads[seed])
            assertSame(await talks[seed].messages.next(), payload);
        }
        for (const { socket } of talks) socket.close();
        await Promise.all(talks.map(({ closed }) => closed));
        assert.equal(await server.stop(), undefined);
      });

      test("what is published reaches every other subscriber", async (context) => {
        const { server, url } = await start(context);
        const join = () => open(`${url}/topic/news`);
        const talks = [await join(), await join(), await join()];
        for (const talk of talks) assertSame(await talk.messages.next(), "subscribed");
        const news = ["short", "long ".repeat(20_000), bytesOf(300)];
        for (const data of news) assertSame(await talks[0].ask(data), "2");
        for (const talk of talks.slice(1)) {
          for (const data of news) assertSame(await talk.messages.next(), data);
        }
        for (const { socket } of talks) socket.close();
        await Promise.all(talks.map(({ closed }) => closed));
        assert.equal(await server.stop(), undefined);
      });

      test("the handler's first protocol that the client offers is selected", async (context) => {
        const { url } = await start(context);
        const { socket } = await open(`${url}/chat`, ["chat.v1", "chat.v2"]);
        assert.equal(socket.protocol, "chat.v2");
      });

      test("the client's close code and reason reach the handler, and come back", async (context) => {
        const { server, url } = await start(context);
        const talk = await open(`${url}/echo`);
        talk.socket.close(parting.code, parting.reason);
        assert.deepEqual(await talk.closed, parting);
        assert.deepEqual(await server.next(), parting);
      });

      test("the handler's close code and reason reach the client", async (context) => {
        const { server, url } = await start(context);
        const talk = await open(`${url}/dismissal`);
        talk.socket.send(JSON.stringify({ code: 4002, reason: "grüße" }));
        assert.deepEqual(await talk.closed, { code: 4002, reason: "grüße", wasClean: true });
        assert.equal((await server.next()).code, 4002);
      });

      test("a connection that either side drops is 1006", async (context) => {
        const { server, url } = await start(context);
        const dropped = await open(`${url}/drop`);
        dropped.socket.send("now");
        assert.equal((await dropped.closed).code, 1006);
        assert.equal((await server.next()).code, 1006);
        const dropping = connectRaw(`${url}/echo`);
        await once(dropping, "open");
        dropping.terminate();
        assert.equal((await server.next()).code, 1006);
        assert.equal(await server.stop(), undefined);
      });

      test("the server's close is 1001, and its program ends", async (context) => {
        const { server, url } = await start(context);
        const talks = [await open(`${url}/echo`), await open(`${url}/conversation`)];
        const ended = server.stop();
        for (const talk of talks) {
          const { code, wasClean } = await talk.closed;
          assert.deepEqual({ code, wasClean }, going);
        }
        assert.equal(await ended, undefined);
      });
    });
  }

  describe(program, () => {
    test("messages are compressed on the wire", async (context) => {
      const { url } = await startServer(context, runtime, program);
      const talk = await Talk.open(connectRaw(`${url}/echo`));
      const text = "again and ".repeat(100_000);
      assertSame(await talk.ask(text), text);
      assert.ok(talk.socket._socket.bytesRead < text.length / 10);
    });

    test("a reader who was behind gets all that was sent meanwhile", async (context) => {
      const { server, url } = await startServer(context, runtime, program);
      const talk = new Talk(connectRaw(`${url}/flood`));
      await talk.opened;
      talk.socket.pause();
      const { sent } = await server.next();
      talk.socket.resume();
      for (let at = 0; at < sent; at++) assertSame(await talk.messages.next(), floodOf(at));
      assertSame(await talk.messages.next(), "all has left");
      assert.equal((await talk.closed).code, 1000);
      assert.equal(await server.stop(), undefined);
    });

    test("a conversation that does not read holds its client back", async (context) => {
      const { server, url } = await startServer(context, runtime, program);
      const plain = { perMessageDeflate: false };
      const held = await Talk.open(connectRaw(`${url}/late`, plain));
      const other = await Talk.open(connectRaw(`${url}/echo`, plain));
      const piece = bytesOf(1_000_000);
      for (let count = 0; count < 60; count++) held.socket.send(piece);
      held.socket.send("end");
      // While it is held, a second connection gets its answers: more of them than the rest would take.
      for (let turn = 0; turn < 40; turn++) assertSame(await other.ask(piece), piece);
      assert.ok(
        held.socket.bufferedAmount > 30_000_000,
        `${held.socket.bufferedAmount} bytes wait`,
      );
      const begin = await Talk.open(connectRaw(`${url}/begin`));
      assertSame(await held.messages.next(), "60");
      for (const { socket } of [held, other, begin]) socket.close();
      assert.equal(await server.stop(), undefined);
    });

    test("pings are answered with their data", async (context) => {
      const { url } = await startServer(context, runtime, program);
      const { socket } = await Talk.open(connectRaw(`${url}/echo`));
      const answered = once(socket, "pong");
      socket.ping("are you there");
      assert.equal(String((await answered)[0]), "are you there");
    });

    test("a refusal has its status, its headers and its body", async (context) => {
      const { url } = await startServer(context, runtime, program);
      assert.equal((await answerOf(`${url}/nowhere`)).status, 404);
      const { status, headers, body } = await answerOf(`${url}/refused`);
      assert.deepEqual(
        { status, why: headers["x-why"], body },
        { status: 401, why: "key", body: "no key, no entry" },
      );
      const talk = new Talk(new WebSocket(`${url}/nowhere`));
      assert.equal((await talk.closed).code, 1006);
      assert.ok(talk.errors[0].error instanceof DialError);
      assert.equal(talk.errors[0].error.status, 404);
    });
  });

  if (program === "attach.mjs") {
    test("other requests stay the HTTP server's own", async (context) => {
      const { url } = await startServer(context, runtime, program);
      const response = await fetch(`${url.replace("ws", "http")}/echo`);
      assert.equal(await response.text(), "hello");
    });
    return;
  }

  test("a plain request where a socket lives is 426, elsewhere 404", async (context) => {
    const { url } = await startServer(context, runtime, program);
    const statusOf = async (path) => (await fetch(url.replace("ws", "http") + path)).status;
    assert.deepEqual([await statusOf("/echo"), await statusOf("/nowhere")], [426, 404]);
  });

  test("a plain request reaches the HTTP listener whole", async (context) => {
    const { url } = await startServer(context, runtime, program);
    const body = bytesOf(5_000_000);
    const response = await fetch(`${url.replace("ws", "http")}/count`, { method: "POST", body });
    assert.equal(await response.text(), String(body.length));
  });

  for (const [name, connect] of Object.entries(CLIENTS)) {
    test(`serve over TLS sends ${name} back what comes`, async (context) => {
      const { server, url } = await startServer(context, runtime, program, "tls");
      assert.match(url, /^wss:/);
      const talk = await Talk.open(connect(`${url}/echo`));
      for (const payload of PAYLOADS) talk.socket.send(payload);
      for (const payload of PAYLOADS) assertSame(await talk.messages.next(), payload);
      const ended = server.stop();
      assert.equal((await talk.closed).code, 1001);
      assert.equal(await ended, undefined);
    });
  }

  test("a client without the certificate that it must have is refused", async (context) => {
    const { url } = await startServer(context, runtime, program, "certified");
    const without = connectRaw(`${url}/echo`, { ca: cert });
    without.on("open", () => assert.fail("it was let in"));
    // TLS 1.3 refuses after the client has spoken, so a reset can overtake the alert that says why.
    const [{ message }] = await once(without, "error");
    assert.match(message, /certificate required|socket hang up|ECONNRESET|EPIPE/);
    const talk = await Talk.open(connectRaw(`${url}/echo`, { ca: cert, cert, key }));
    assertSame(await talk.ask("hello"), "hello");
    talk.socket.terminate();
  });
}

function connectRaw(url, options) {
  return new WsWebSocket(url, options);
}

/** What a client gets instead of a connection. */
async function answerOf(url) {
  const socket = connectRaw(url);
  const [, response] = await once(socket, "unexpected-response");
  let body = "";
  for await (const text of response.setEncoding("utf8")) body += text;
  return { status: response.statusCode, headers: response.headers, body };
}

function testClient(runtime) {
  const run = (context, what, url) => startProgram(context, runtime, "client.mjs", what, url);

  for (const [name, { start, tls }] of Object.entries(SERVERS)) {
    describe(`client.mjs, with ${name} as server`, () => {
      test("gets back what it sends, compressed, one by one and at once", async (context) => {
        const { url, seen } = await start(context);
        const program = run(context, "echo", `${url}/echo`);
        const { extensions, closed } = await program.next();
        assert.match(extensions, /^permessage-deflate/);
        assert.deepEqual(closed, { code: 1000, reason: "done", wasClean: true });
        assert.equal((await seen.closes.next()).code, 1000);
        assert.equal(await program.failure(), undefined);
      });

      test("has the subprotocol that the server selects", async (context) => {
        const { url } = await start(context);
        const program = run(context, "protocol", `${url}/chat`);
        assert.equal(await program.next(), "chat.v2");
        assert.equal(await program.failure(), undefined);
      });

      test("has its events in order, each in its state", async (context) => {
        const { url } = await start(context);
        const program = run(context, "events", `${url}/echo`);
        assert.deepEqual(await program.next(), ["open 1", "message 1", "close 3"]);
        assert.equal(await program.failure(), undefined);
      });

      test("leaves with its code and reason", async (context) => {
        const { url, seen } = await start(context);
        const program = run(context, "leave", `${url}/echo`);
        assert.deepEqual(await program.next(), parting);
        const { code, reason } = await seen.closes.next();
        assert.deepEqual([code, reason], [parting.code, parting.reason]);
        assert.equal(await program.failure(), undefined);
      });

      test("hears the server's code and reason", async (context) => {
        const { url, seen } = await start(context);
        const program = run(context, "stay", `${url}/echo`);
        assert.equal(await program.next(), "open");
        (await seen.sockets.next()).close(4002, "grüße");
        const closed = { code: 4002, reason: "grüße", wasClean: true };
        assert.deepEqual(await program.next(), closed);
        assert.equal(await program.failure(), undefined);
      });

      test("is 1006 when the server drops it", async (context) => {
        const { url, seen } = await start(context);
        const program = run(context, "stay", `${url}/echo`);
        assert.equal(await program.next(), "open");
        (await seen.sockets.next()).terminate();
        assert.deepEqual(await program.next(), { code: 1006, reason: "", wasClean: false });
        assert.equal(await program.failure(), undefined);
      });

      test("sends a Blob", async (context) => {
        const { url } = await start(context);
        assert.equal(await run(context, "blob", `${url}/echo`).failure(), undefined);
      });

      test("is a stream", async (context) => {
        const { url } = await start(context);
        const program = run(context, "stream", `${url}/echo`);
        assert.deepEqual(await program.next(), { closeCode: 4001, reason: "done" });
        assert.equal(await program.failure(), undefined);
      });

      if (tls === undefined) return;
      test("talks over TLS", async (context) => {
        const { url } = await start(context, tls);
        const program = run(context, "echo", `${url.replace("ws:", "wss:")}/echo`);
        assert.equal((await program.next()).closed.code, 1000);
        assert.equal(await program.failure(), undefined);
      });
    });
  }

  test("a refusal tells the client its status", async (context) => {
    const { url } = await startOurs(context);
    const program = run(context, "refused", `${url}/nowhere`);
    assert.deepEqual(await program.next(), {
      closed: { code: 1006, reason: "", wasClean: false },
      errors: 1,
      code: "status",
      status: 404,
    });
    assert.equal(await program.failure(), undefined);
  });
}

function testDropIn(runtime) {
  test("trunkline/ws as server sends back what comes, and ends", async (context) => {
    const { server, url } = await startServer(context, runtime, "drop-in-server.mjs");
    const leaving = await Talk.open(connectRaw(`${url}/leaving`));
    assert.match(leaving.socket.extensions, /^permessage-deflate/);
    for (const payload of PAYLOADS) assertSame(await leaving.ask(payload), payload);
    leaving.socket.close(4001, "done");
    assert.equal((await leaving.closed).code, 4001);
    assert.deepEqual(await server.next(), { path: "/leaving", code: 4001, reason: "done" });
    const staying = await Talk.open(connectRaw(url));
    const ended = server.stop();
    assert.equal((await staying.closed).code, 1001);
    assert.equal(await ended, undefined);
  });

  test("trunkline/ws as client gets back what it sends", async (context) => {
    const { url, seen } = await startWs(context, { perMessageDeflate: true });
    const program = startProgram(context, runtime, "drop-in-client.mjs", url);
    const { extensions, code } = await program.next();
    assert.match(extensions, /^permessage-deflate/);
    assert.equal(code, 4001);
    assert.deepEqual(await seen.closes.next(), { code: 4001, reason: "done" });
    assert.equal(await program.failure(), undefined);
  });
}
