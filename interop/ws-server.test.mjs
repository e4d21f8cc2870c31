/** What `ws` promises of its server, member by member, held against `ws` and against the drop-in. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, Server } from "node:net";
import { describe, test } from "node:test";
import { closeServer, forEach, openPair, startServer, turn } from "./support/implementations.mjs";
import { masked, rawClient, upgradeRequest } from "./support/raw.mjs";

async function listen(context, ...args) {
  const http = createServer(...args);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  context.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return http;
}

const urlOf = (http, path = "") => `ws://127.0.0.1:${http.address().port}${path}`;

forEach((ws, name) => {
  const { WebSocket, WebSocketServer } = ws;

  describe(`${name}: new WebSocketServer`, () => {
    test("takes one and only one of port, server and noServer", async (t) => {
      const http = await listen(t);
      for (const options of [
        undefined,
        {},
        { port: 0, noServer: true },
        { port: 0, server: http },
        { server: http, noServer: true },
      ]) {
        assert.throws(() => new WebSocketServer(options), {
          name: "TypeError",
          message:
            /^One and only one of the "port", "server", or "noServer" options must be specified$/,
        });
      }
    });

    test("calls back when it listens on a port of its own", async () => {
      const server = await new Promise((resolve) => {
        const made = new WebSocketServer({ port: 0 }, () => resolve(made));
      });
      assert.equal(typeof server.address().port, "number");
      await closeServer(server);
    });

    test("keeps its options, with their defaults", async () => {
      const server = new WebSocketServer({ noServer: true });
      const { options } = server;
      assert.equal(options.maxPayload, 104_857_600);
      assert.equal(options.maxFragments, 16_384);
      assert.equal(options.maxBufferedChunks, 262_144);
      assert.equal(options.maxPendingAutoPongs, 60);
      assert.equal(options.closeTimeout, 30_000);
      assert.equal(options.perMessageDeflate, false);
      assert.equal(options.skipUTF8Validation, false);
      assert.equal(options.allowSynchronousEvents, true);
      assert.equal(options.autoPong, true);
      assert.equal(options.clientTracking, true);
      assert.equal(options.WebSocket, WebSocket);
      assert.equal(options.noServer, true);
    });

    test("listens with port, host and backlog as they are given", async (t) => {
      const { mock } = t.mock.method(Server.prototype, "listen");
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1", backlog: 7 });
      await once(server, "listening");
      t.after(() => server.close());
      assert.deepEqual(mock.calls[0].arguments.slice(0, 3), [0, "127.0.0.1", 7]);
      assert.equal(server.address().address, "127.0.0.1");
    });

    test("answers requests that do not upgrade with 426", async (t) => {
      const { port } = await startServer(t, ws);
      const response = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(response.status, 426);
      assert.equal(await response.text(), "Upgrade Required");
    });

    test("leaves the requests of a server that it was given alone", async (t) => {
      const http = await listen(t, (_request, response) => response.end("mine"));
      const server = new WebSocketServer({ server: http });
      const response = await fetch(`http://127.0.0.1:${http.address().port}/`);
      assert.equal(await response.text(), "mine");
      const connected = once(server, "connection");
      const client = new WebSocket(urlOf(http));
      const [socket] = await connected;
      socket.terminate();
      await once(client, "close");
    });

    test("takes any path, or only the one of `path`, whatever the query", async (t) => {
      const { url } = await startServer(t, ws, { path: "/here" });
      const good = new WebSocket(`${url}/here?a=b`);
      await once(good, "open");
      const bad = new WebSocket(`${url}/there`);
      const [error] = await once(bad, "error");
      assert.equal(error.message, "Unexpected server response: 400");
    });

    test("uses the class of option WebSocket", async (t) => {
      class Mine extends WebSocket {
        get mine() {
          return true;
        }
      }
      const { peer } = await openPair(t, ws, { server: { WebSocket: Mine } });
      assert.ok(peer instanceof Mine && peer.mine);
    });
  });

  describe(`${name}: verifyClient`, () => {
    test("with one argument accepts or refuses with 401", async (t) => {
      const seen = [];
      const { url } = await startServer(t, ws, {
        verifyClient: (info) => {
          seen.push(info);
          return info.req.url === "/good";
        },
      });
      await once(new WebSocket(`${url}/good`, { origin: "https://example.com" }), "open");
      const [error] = await once(new WebSocket(`${url}/bad`), "error");
      assert.equal(error.message, "Unexpected server response: 401");
      assert.equal(seen[0].origin, "https://example.com");
      assert.equal(seen[0].secure, false);
      assert.equal(seen[0].req.headers.upgrade, "websocket");
      assert.equal(seen[1].origin, undefined);
    });

    test("with two arguments accepts later", async (t) => {
      const { url } = await startServer(t, ws, {
        verifyClient: (_info, done) => setImmediate(done, true),
      });
      await once(new WebSocket(url), "open");
    });

    for (const [given, expected] of [
      [[false], { status: 401, body: "Unauthorized" }],
      [[false, null, null, null], { status: 401, body: "Unauthorized" }],
      [[false, 404], { status: 404, body: "Not Found" }],
      [[false, 403, "go away"], { status: 403, body: "go away" }],
      [[false, 503, "later", { "Retry-After": 120 }], { status: 503, body: "later", retry: "120" }],
    ]) {
      test(`with two arguments refuses as told: ${JSON.stringify(given)}`, async (t) => {
        const verifyClient = (_info, done) => setImmediate(done, ...given);
        const { url } = await startServer(t, ws, { verifyClient });
        const client = new WebSocket(url);
        const [, response] = await once(client, "unexpected-response");
        assert.equal(response.statusCode, expected.status);
        assert.equal(response.headers["retry-after"], expected.retry);
        assert.equal(response.headers["content-type"], "text/html");
        assert.equal(response.headers.connection, "close");
        let body = "";
        for await (const piece of response) body += piece;
        assert.equal(body, expected.body);
        client.on("error", () => {});
        client.terminate();
      });
    }

    test("that accepts after the client has gone does no harm", async (t) => {
      let decide;
      const { port, server } = await startServer(t, ws, {
        verifyClient: (_info, done) => {
          decide = done;
        },
      });
      const socket = connect(port, "127.0.0.1");
      const upgraded = once(server._server, "upgrade");
      socket.write(upgradeRequest(port));
      await upgraded;
      const gone = new Promise((resolve) => {
        server._server.getConnections(() => resolve());
      });
      socket.destroy();
      await gone;
      await turn();
      decide(true);
      await turn();
      assert.ok(server.clients.size <= 1);
    });
  });

  describe(`${name}: handleProtocols`, () => {
    test("without it the first protocol that the client names is used", async (t) => {
      const { client, peer } = await openPair(t, ws, { protocols: ["one", "two"] });
      assert.deepEqual([client.protocol, peer.protocol], ["one", "one"]);
    });

    test("chooses", async (t) => {
      const calls = [];
      const handleProtocols = (protocols, request) => {
        calls.push([protocols, request.url]);
        return "two";
      };
      const { client, peer } = await openPair(t, ws, {
        server: { handleProtocols },
        protocols: ["one", "two"],
      });
      assert.deepEqual([client.protocol, peer.protocol], ["two", "two"]);
      assert.deepEqual(calls, [[new Set(["one", "two"]), "/"]]);
    });

    test("is not called when the client names none", async (t) => {
      const handleProtocols = () => assert.fail("called");
      const { client } = await openPair(t, ws, { server: { handleProtocols } });
      assert.equal(client.protocol, "");
    });

    test("that gives false sends no protocol, and the client fails", async (t) => {
      const { url } = await startServer(t, ws, { handleProtocols: () => false });
      const [error] = await once(new WebSocket(url, "one"), "error");
      assert.equal(error.message, "Server sent no subprotocol");
    });
  });

  describe(`${name}: server.clients and clientTracking`, () => {
    test("hold the open sockets", async (t) => {
      const { server, client, peer } = await openPair(t, ws);
      assert.deepEqual([...server.clients], [peer]);
      const closed = once(peer, "close");
      client.close();
      await closed;
      assert.equal(server.clients.size, 0);
    });

    test("are absent when tracking is off, and close calls back at once", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ server: http, clientTracking: false });
      assert.equal(server.clients, undefined);
      const client = new WebSocket(urlOf(http));
      await once(client, "open");
      await new Promise((resolve) => server.close(resolve));
      assert.equal(client.readyState, WebSocket.OPEN);
      client.terminate();
    });
  });

  describe(`${name}: server.address`, () => {
    test("is that of the port, a path, or null once closed", async () => {
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(server, "listening");
      const { address, family, port } = server.address();
      assert.deepEqual([address, family, typeof port], ["127.0.0.1", "IPv4", "number"]);
      await closeServer(server);
      assert.equal(server.address(), null);
    });

    test("throws without a server", () => {
      const server = new WebSocketServer({ noServer: true });
      assert.throws(() => server.address(), /The server is operating in "noServer" mode/);
    });
  });

  describe(`${name}: server.close`, () => {
    test("does not close the open sockets, and tells when they have closed", async (t) => {
      const { server, client, port } = await openPair(t, ws);
      let closed = false;
      const done = new Promise((resolve) => {
        server.close((error) => {
          closed = true;
          resolve(error);
        });
      });
      await turn();
      assert.equal(client.readyState, WebSocket.OPEN);
      assert.equal(closed, false);
      const [refused] = await once(new WebSocket(`ws://127.0.0.1:${port}`), "error");
      assert.equal(refused.code, "ECONNREFUSED");
      client.close();
      assert.equal(await done, undefined);
    });

    test("does not close a server that it was given, and takes its listeners off", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ server: http });
      const before = http.listenerCount("upgrade");
      await new Promise((resolve) => server.close(resolve));
      assert.equal(http.listening, true);
      assert.equal(http.listenerCount("upgrade"), before - 1);
    });

    test("waits for the tracked sockets of a server that it was given", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ server: http });
      const connected = once(server, "connection");
      const client = new WebSocket(urlOf(http));
      await connected;
      let closed = false;
      const done = once(server, "close").then(() => {
        closed = true;
      });
      server.close();
      await turn();
      assert.equal(closed, false);
      client.on("error", () => {});
      client.terminate();
      await done;
    });

    test("calls back with an error when it was closed already", async () => {
      const server = new WebSocketServer({ noServer: true });
      await new Promise((resolve) => server.close(resolve));
      const error = await new Promise((resolve) => server.close(resolve));
      assert.equal(error.message, "The server is not running");
    });

    test("called twice tells both", async () => {
      const server = new WebSocketServer({ port: 0 });
      await once(server, "listening");
      const told = [];
      const both = Promise.all(
        ["one", "two"].map(
          (name) =>
            new Promise((resolve) => {
              server.close((error) => resolve(told.push([name, error])));
            }),
        ),
      );
      await both;
      assert.deepEqual(told, [
        ["one", undefined],
        ["two", undefined],
      ]);
    });
  });

  describe(`${name}: server events`, () => {
    test('"connection" comes with the socket, open, and its request', async (t) => {
      const { server, url } = await startServer(t, ws);
      const connected = once(server, "connection");
      const client = new WebSocket(`${url}/path?query`);
      const [socket, request] = await connected;
      assert.ok(socket instanceof WebSocket);
      assert.equal(socket.readyState, WebSocket.OPEN);
      assert.equal(request.url, "/path?query");
      assert.equal(request.method, "GET");
      assert.equal(typeof request.socket.remoteAddress, "string");
      client.terminate();
      client.on("error", () => {});
    });

    test('"error" is that of the server below', async () => {
      const first = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(first, "listening");
      const second = new WebSocketServer({ port: first.address().port, host: "127.0.0.1" });
      const [error] = await once(second, "error");
      assert.equal(error.code, "EADDRINUSE");
      await closeServer(first);
    });

    test('"headers" may change the lines of the 101', async (t) => {
      const { server, url } = await startServer(t, ws);
      server.on("headers", (headers, request) => {
        assert.equal(headers[0], "HTTP/1.1 101 Switching Protocols");
        assert.equal(request.url, "/");
        headers.push("X-Mine: yes");
      });
      const client = new WebSocket(url);
      const [response] = await once(client, "upgrade");
      assert.equal(response.headers["x-mine"], "yes");
    });

    test('"listening" and "close" of a server that was given', async (t) => {
      const http = createServer();
      const server = new WebSocketServer({ server: http });
      const listening = once(server, "listening");
      http.listen(0, "127.0.0.1");
      await listening;
      t.after(() => http.close());
      const closed = once(server, "close");
      server.close();
      await closed;
    });

    for (const [why, options, status, more] of [
      ["Invalid HTTP method", { method: "POST" }, 405],
      ["Invalid Upgrade header", { headers: { Upgrade: "foo" } }, 400],
      [
        "Missing or invalid Sec-WebSocket-Key header",
        { headers: { "Sec-WebSocket-Key": undefined } },
        400,
      ],
      [
        "Missing or invalid Sec-WebSocket-Key header",
        { headers: { "Sec-WebSocket-Key": "P5l8BJcZwRc=" } },
        400,
      ],
      [
        "Missing or invalid Sec-WebSocket-Version header",
        { headers: { "Sec-WebSocket-Version": "12" } },
        400,
        /sec-websocket-version: 13, 8/i,
      ],
      [
        "Invalid Sec-WebSocket-Protocol header",
        { headers: { "Sec-WebSocket-Protocol": "foo,foo" } },
        400,
      ],
      ["Invalid Sec-WebSocket-Protocol header", { headers: { "Sec-WebSocket-Protocol": "" } }, 400],
    ]) {
      test(`"wsClientError" comes for ${JSON.stringify(options)}, else ${status}`, async (t) => {
        const { server, port } = await startServer(t, ws);
        const first = await rawClient(t, port, options);
        assert.match(first.head, new RegExp(`^HTTP/1.1 ${status} `));
        if (more) assert.match(first.head, more);
        assert.equal((await first.reader.end()).toString(), why);
        server.on("wsClientError", (error, socket, request) => {
          assert.equal(error.message, why);
          assert.equal(request.url, "/");
          socket.end("HTTP/1.1 418 mine\r\n\r\n");
        });
        const second = await rawClient(t, port, options);
        assert.match(second.head, /^HTTP\/1.1 418 mine/);
      });
    }

    test("a request with an offer that cannot be read is refused where compression is on", async (t) => {
      const { port } = await startServer(t, ws, { perMessageDeflate: true });
      const headers = {
        "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=7",
      };
      const { head, reader } = await rawClient(t, port, { headers });
      assert.match(head, /^HTTP\/1.1 400 /);
      const why = "Invalid or unacceptable Sec-WebSocket-Extensions header";
      assert.equal((await reader.end()).toString(), why);
    });
  });

  describe(`${name}: server.handleUpgrade`, () => {
    test("by hand, with noServer", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ noServer: true });
      const upgraded = new Promise((resolve) => {
        http.on("upgrade", (request, socket, head) => {
          server.handleUpgrade(request, socket, head, (...args) => resolve([request, args]));
        });
      });
      const client = new WebSocket(urlOf(http));
      const [request, [peer, given]] = await upgraded;
      assert.equal(given, request);
      assert.ok(server.clients.has(peer));
      const message = once(client, "message");
      peer.send("hello");
      assert.equal((await message)[0].toString(), "hello");
      client.terminate();
      await once(peer, "close");
    });

    test("takes what came behind the request, the head", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ server: http });
      const messages = [];
      const both = new Promise((resolve) => {
        server.on("connection", (peer) => {
          peer.on("message", (data) => {
            messages.push(data.toString());
            if (messages.length === 2) resolve(peer);
          });
        });
      });
      const socket = connect(http.address().port, "127.0.0.1");
      t.after(() => socket.destroy());
      const frames = [masked(0x81, "head"), masked(0x81, "more")];
      socket.write(Buffer.concat([Buffer.from(upgradeRequest(0)), ...frames]));
      const peer = await both;
      assert.deepEqual(messages, ["head", "more"]);
      peer.terminate();
    });

    test("a second time for one socket throws", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ noServer: true });
      const thrown = new Promise((resolve) => {
        http.on("upgrade", (request, socket, head) => {
          server.handleUpgrade(request, socket, head, () => {});
          assert.throws(
            () => server.handleUpgrade(request, socket, head, () => {}),
            /^Error: server\.handleUpgrade\(\) was called more than once with the same socket, possibly due to a misconfiguration$/,
          );
          resolve();
        });
      });
      const client = new WebSocket(urlOf(http));
      await thrown;
      client.on("error", () => {});
      client.terminate();
    });

    test("while the server closes is refused with 503", async (t) => {
      const http = await listen(t);
      const server = new WebSocketServer({ noServer: true });
      http.on("upgrade", (request, socket, head) => {
        server.close();
        server.handleUpgrade(request, socket, head, () => assert.fail("accepted"));
      });
      const [error] = await once(new WebSocket(urlOf(http)), "error");
      assert.equal(error.message, "Unexpected server response: 503");
    });

    test("takes version 8 of the protocol, which has the same bytes", async (t) => {
      const { server, port } = await startServer(t, ws);
      const connected = once(server, "connection");
      const { socket, head } = await rawClient(t, port, {
        headers: { "Sec-WebSocket-Version": "8" },
      });
      assert.match(head, /^HTTP\/1.1 101 /);
      const [peer] = await connected;
      const message = once(peer, "message");
      socket.write(masked(0x81, "eight"));
      assert.equal((await message)[0].toString(), "eight");
    });
  });

  describe(`${name}: server.shouldHandle`, () => {
    test("can be overridden", async (t) => {
      const { server, url } = await startServer(t, ws);
      server.shouldHandle = (request) => request.url === "/yes";
      await once(new WebSocket(`${url}/yes`), "open");
      const [error] = await once(new WebSocket(`${url}/no`), "error");
      assert.equal(error.message, "Unexpected server response: 400");
    });
  });

  describe(`${name}: the 101`, () => {
    test("has what RFC 6455 wants, and nothing that was not asked for", async (t) => {
      const { port } = await startServer(t, ws);
      const { head } = await rawClient(t, port, {
        headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
      });
      assert.deepEqual(head.split("\r\n"), [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "",
        "",
      ]);
    });
  });
});
