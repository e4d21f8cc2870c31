/** What `ws` promises of its client's opening handshake, held against `ws` and against the drop-in. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cert, key } from "../packages/trunkline/dist/testing/certificate.test.util.js";
import { forEach, next, openPair, startServer } from "./support/implementations.mjs";
import { rawServer, switchProtocols } from "./support/raw.mjs";

/** Both events of a client whose handshake fails. */
async function failure(client) {
  const order = [];
  client.on("error", () => order.push("error"));
  client.on("close", () => order.push("close"));
  const [[error], [code, reason]] = await Promise.all([
    next(client, "error"),
    next(client, "close"),
  ]);
  assert.deepEqual(order, ["error", "close"]);
  assert.equal(code, 1006);
  assert.deepEqual(reason, Buffer.alloc(0));
  assert.equal(client.readyState, client.CLOSED);
  return error;
}

forEach((ws, name, required) => {
  const { WebSocket } = ws;

  describe(`${name}: new WebSocket`, () => {
    test("throws a SyntaxError for an address that is none", () => {
      for (const [address, message] of [
        ["foo", "Invalid URL: foo"],
        ["", "Invalid URL: "],
        [
          "bad-scheme://x",
          /protocol must be one of "ws:", "wss:", "http:", "https:", or "ws\+unix:"/,
        ],
        ["ws://localhost#a", "The URL contains a fragment identifier"],
        ["ws+unix:", "The URL's pathname is empty"],
      ]) {
        assert.throws(() => new WebSocket(address), { name: "SyntaxError", message });
      }
    });

    test("throws a SyntaxError for protocols that are none, or named twice", () => {
      for (const protocols of [null, "", "a,b", ["a", "a"], ["a b"], [1]]) {
        assert.throws(() => new WebSocket("ws://localhost", protocols), {
          name: "SyntaxError",
          message: "An invalid or duplicated subprotocol was specified",
        });
      }
    });

    test("throws a RangeError for a version that nobody speaks", () => {
      assert.throws(() => new WebSocket("ws://localhost", { protocolVersion: 1000 }), {
        name: "RangeError",
        message: "Unsupported protocol version: 1000 (supported versions: 8, 13)",
      });
    });

    test("takes a URL, and http: for ws:", async (t) => {
      const { port } = await startServer(t, ws);
      for (const address of [
        new URL(`ws://127.0.0.1:${port}/a?b`),
        `http://127.0.0.1:${port}/a?b`,
        `ws://127.0.0.1:${port}/a?b`,
      ]) {
        const client = new WebSocket(address);
        assert.equal(client.url, `ws://127.0.0.1:${port}/a?b`);
        await once(client, "open");
      }
    });

    test("takes the options in the protocols' place, with protocols among them", async (t) => {
      const { server, url } = await startServer(t, ws);
      const connected = once(server, "connection");
      const client = new WebSocket(url, { headers: { "X-Mine": "1" }, protocols: ["a", "b"] });
      const [, request] = await connected;
      assert.equal(request.headers["x-mine"], "1");
      assert.equal(request.headers["sec-websocket-protocol"], "a,b");
      await once(client, "open");
      assert.equal(client.protocol, "a");
    });

    test("sends the headers that RFC 6455 wants, and an offer of compression", async (t) => {
      const { request } = await openPair(t, ws);
      assert.equal(request.httpVersion, "1.1");
      const { headers } = request;
      assert.equal(headers["sec-websocket-version"], "13");
      assert.match(headers["sec-websocket-key"], /^[+/\w]{22}==$/);
      assert.equal(headers.upgrade, "websocket");
      assert.equal(headers.connection, "Upgrade");
      assert.equal(
        headers["sec-websocket-extensions"],
        "permessage-deflate; client_max_window_bits",
      );
      assert.equal(headers.origin, undefined);
    });

    test("takes options of their own alone, and changes none", async (t) => {
      const { server, url } = await startServer(t, ws);
      for (const [options, seen] of [
        [Object.freeze({ headers: Object.freeze({ "X-A": "own" }) }), "own"],
        [Object.create({ headers: { "X-A": "inherited" } }), undefined],
      ]) {
        const connected = once(server, "connection");
        const client = new WebSocket(url, options);
        const [, request] = await connected;
        assert.equal(request.headers["x-a"], seen);
        await once(client, "open");
        client.terminate();
      }
    });

    test("is CONNECTING, and has its defaults", async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      assert.equal(client.readyState, WebSocket.CONNECTING);
      assert.equal(client.binaryType, "nodebuffer");
      assert.equal(client.bufferedAmount, 0);
      assert.equal(client.extensions, "");
      assert.equal(client.protocol, "");
      assert.equal(client.isPaused, false);
      for (const handler of ["onopen", "onclose", "onerror", "onmessage"]) {
        assert.equal(client[handler], null);
      }
      await once(client, "open");
      assert.equal(client.readyState, WebSocket.OPEN);
    });
  });

  describe(`${name}: options of the client`, () => {
    test("origin, protocolVersion, headers", async (t) => {
      const { request } = await openPair(t, ws, {
        client: { origin: "https://example.com", headers: { Cookie: "a=b" } },
      });
      assert.equal(request.headers.origin, "https://example.com");
      assert.equal(request.headers.cookie, "a=b");
      const old = await openPair(t, ws, {
        client: { origin: "https://example.com", protocolVersion: 8 },
      });
      assert.equal(old.request.headers["sec-websocket-version"], "8");
      assert.equal(old.request.headers["sec-websocket-origin"], "https://example.com");
      assert.equal(old.request.headers.origin, undefined);
    });

    test("perMessageDeflate: false offers nothing, an object its parameters", async (t) => {
      const none = await openPair(t, ws, { client: { perMessageDeflate: false } });
      assert.equal(none.request.headers["sec-websocket-extensions"], undefined);
      const some = await openPair(t, ws, {
        client: {
          perMessageDeflate: {
            serverNoContextTakeover: true,
            clientNoContextTakeover: true,
            serverMaxWindowBits: 10,
            clientMaxWindowBits: 11,
          },
        },
      });
      assert.equal(
        some.request.headers["sec-websocket-extensions"],
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11",
      );
    });

    test("agent is asked for the connection", async (t) => {
      const { url } = await startServer(t, ws);
      const agent = new Agent();
      let asked = 0;
      const { createConnection } = agent;
      agent.createConnection = (...args) => {
        asked++;
        return createConnection.apply(agent, args);
      };
      const client = new WebSocket(url, { agent });
      await once(client, "open");
      assert.equal(asked, 1);
    });

    test("createConnection makes the connection", async (t) => {
      const { url, port } = await startServer(t, ws);
      let options;
      const client = new WebSocket(url, {
        createConnection: (given) => {
          options = given;
          return connect(given);
        },
      });
      await once(client, "open");
      assert.equal(Number(options.port), port);
      assert.equal(options.host, "127.0.0.1");
    });

    test("finishRequest gets the request and ends it", async (t) => {
      const { server, url } = await startServer(t, ws);
      const connected = once(server, "connection");
      let given;
      const client = new WebSocket(url, {
        finishRequest: (request, websocket) => {
          given = websocket;
          setImmediate(() => {
            request.setHeader("X-Late", "1");
            request.end();
          });
        },
      });
      const [, request] = await connected;
      assert.equal(given, client);
      assert.equal(request.headers["x-late"], "1");
    });

    test("handshakeTimeout bounds the handshake", async (t) => {
      const silent = createTcpServer((socket) => socket.on("error", () => {}).resume());
      silent.listen(0, "127.0.0.1");
      await once(silent, "listening");
      t.after(() => silent.close());
      const client = new WebSocket(`ws://127.0.0.1:${silent.address().port}`, {
        handshakeTimeout: 20,
      });
      assert.equal((await failure(client)).message, "Opening handshake has timed out");
    });

    test("credentials of the URL go as Basic authorization", async (t) => {
      const { server, port } = await startServer(t, ws);
      const connected = once(server, "connection");
      const client = new WebSocket(`ws://ali%20ce:s%3Acret@127.0.0.1:${port}`);
      const [, { headers }] = await connected;
      const expected = Buffer.from("ali ce:s:cret").toString("base64");
      assert.equal(headers.authorization, `Basic ${expected}`);
      await once(client, "open");
    });

    test("wss: with TLS options of Node's, and a server that sees it", async (t) => {
      const https = createSecureServer({ key, cert });
      https.listen(0, "127.0.0.1");
      await once(https, "listening");
      t.after(() => https.close());
      const secure = [];
      const verifyClient = (info) => secure.push(info.secure) > 0;
      const server = new ws.WebSocketServer({ server: https, verifyClient });
      server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
      const url = `wss://127.0.0.1:${https.address().port}`;
      assert.match((await failure(new WebSocket(url))).message, /self.signed/i);
      for (const options of [
        { ca: cert, servername: "localhost" },
        { rejectUnauthorized: false },
      ]) {
        const client = new WebSocket(url, options);
        await once(client, "open");
        const came = once(client, "message");
        client.send("x".repeat(100_000));
        assert.equal((await came)[0].length, 100_000);
        client.close();
        await once(client, "close");
      }
      assert.deepEqual(secure, [true, true]);
    });

    test("ws+unix: connects to a socket file, with a path behind a colon", async (t) => {
      if (process.platform === "win32") return t.skip("no socket files");
      const folder = mkdtempSync(join(tmpdir(), "trunkline-ws-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const path = join(folder, "s.sock");
      const http = createServer();
      http.listen(path);
      await once(http, "listening");
      t.after(() => http.close());
      const server = new ws.WebSocketServer({ server: http });
      for (const [tail, url] of [
        ["", "/"],
        [":/a?b", "/a?b"],
      ]) {
        const connected = once(server, "connection");
        const client = new WebSocket(`ws+unix:${path}${tail}`);
        const [peer, request] = await connected;
        if (tail !== "") assert.equal(request.url, url);
        peer.terminate();
        await once(client, "close");
      }
    });
  });

  describe(`${name}: an answer that is not right`, () => {
    const cases = [
      ["Invalid Upgrade header", { Upgrade: "foo" }],
      [
        "Invalid Sec-WebSocket-Accept header",
        { "Sec-WebSocket-Accept": "CxYS6+NgJSBG74mdgLvGscRvpns=" },
      ],
      ["Invalid Sec-WebSocket-Accept header", { "Sec-WebSocket-Accept": undefined }],
      ["Server sent a subprotocol but none was requested", { "Sec-WebSocket-Protocol": "foo" }],
      [
        "Server sent an invalid subprotocol",
        { "Sec-WebSocket-Protocol": "foo" },
        { protocols: ["bar"] },
      ],
      ["Server sent no subprotocol", {}, { protocols: ["bar"] }],
      [
        "Server sent a Sec-WebSocket-Extensions header but no extension was requested",
        { "Sec-WebSocket-Extensions": "permessage-deflate" },
        { perMessageDeflate: false },
      ],
      [
        "Invalid Sec-WebSocket-Extensions header",
        { "Sec-WebSocket-Extensions": "permessage-deflate;=" },
      ],
      [
        "Server indicated an extension that was not requested",
        { "Sec-WebSocket-Extensions": "foo" },
      ],
      [
        "Invalid Sec-WebSocket-Extensions header",
        { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=7" },
      ],
      [
        "Invalid Sec-WebSocket-Extensions header",
        { "Sec-WebSocket-Extensions": "permessage-deflate; foo" },
      ],
    ];
    for (const [message, headers, options = {}] of cases) {
      test(`${JSON.stringify(headers)}: ${message}`, async (t) => {
        const { url } = await rawServer(t, (request, socket, head) =>
          switchProtocols(request, socket, head, headers),
        );
        const error = await failure(new WebSocket(url, options));
        assert.equal(error.message, message);
      });
    }

    test("nobody listens", async (t) => {
      const { server, url } = await startServer(t, ws);
      await new Promise((resolve) => server.close(resolve));
      assert.equal((await failure(new WebSocket(url))).code, "ECONNREFUSED");
    });

    test("the connection breaks", async (t) => {
      const { url } = await rawServer(t, (_request, socket) => socket.destroy());
      const error = await failure(new WebSocket(url));
      assert.equal(error.message, "socket hang up");
    });
  });

  describe(`${name}: client events of the handshake`, () => {
    test('"upgrade" comes with the response, before "open"', async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      const order = [];
      client.on("upgrade", (response) => order.push(response.statusCode));
      client.on("open", () => order.push("open"));
      await once(client, "open");
      assert.deepEqual(order, [101, "open"]);
    });

    test('closing in "upgrade" ends it', async (t) => {
      const { url } = await startServer(t, ws);
      const client = new WebSocket(url);
      client.on("upgrade", () => client.terminate());
      client.on("open", () => assert.fail("open"));
      const error = await failure(client);
      assert.equal(error.message, "WebSocket was closed before the connection was established");
    });

    test('"unexpected-response" comes with request and response; without a listener it is an error', async (t) => {
      const { url } = await rawServer(t, (_request, socket) =>
        socket.end("HTTP/1.1 401 Unauthorized\r\nX-Why: key\r\nContent-Length: 4\r\n\r\nbody"),
      );
      assert.equal((await failure(new WebSocket(url))).message, "Unexpected server response: 401");
      const client = new WebSocket(url);
      const [request, response] = await once(client, "unexpected-response");
      assert.equal(typeof request.destroy, "function");
      assert.equal(response.statusCode, 401);
      assert.equal(response.headers["x-why"], "key");
      let body = "";
      for await (const piece of response) body += piece;
      assert.equal(body, "body");
      assert.equal(client.readyState, WebSocket.CONNECTING);
      const failed = failure(client);
      client.close();
      await failed;
    });

    test("close and terminate while connecting fail it with an error", async (t) => {
      const { url } = await startServer(t, ws);
      for (const method of ["close", "terminate"]) {
        const client = new WebSocket(url);
        const failed = failure(client);
        client[method]();
        assert.equal(client.readyState, WebSocket.CLOSING);
        const error = await failed;
        assert.equal(error.message, "WebSocket was closed before the connection was established");
      }
    });
  });

  describe(`${name}: followRedirects`, () => {
    async function startRedirecting(t, location, seen = []) {
      const http = createServer();
      http.on("upgrade", (request, socket) => {
        seen.push(request);
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location(request)}\r\n\r\n`);
      });
      http.listen(0, "127.0.0.1");
      await once(http, "listening");
      t.after(() => http.close());
      return `ws://127.0.0.1:${http.address().port}`;
    }

    test("is off", async (t) => {
      const url = await startRedirecting(t, () => "ws://127.0.0.1:1");
      assert.equal((await failure(new WebSocket(url))).message, "Unexpected server response: 302");
    });

    test('follows, with "redirect" for each', async (t) => {
      const { url, server } = await startServer(t, ws);
      const from = await startRedirecting(t, () => `${url}/there`);
      const client = new WebSocket(`${from}/here`, { followRedirects: true });
      const redirects = [];
      client.on("redirect", (to, request) => redirects.push([to, typeof request.setHeader]));
      const connected = once(server, "connection");
      await once(client, "open");
      const [, request] = await connected;
      assert.equal(request.url, "/there");
      assert.equal(client.url, `${url}/there`);
      assert.deepEqual(redirects, [[`${url}/there`, "function"]]);
    });

    test("follows a path", async (t) => {
      const seen = [];
      const url = await startRedirecting(
        t,
        ({ url }) => (url === "/a" ? "/b" : "http://127.0.0.1:1/"),
        seen,
      );
      const error = await failure(new WebSocket(`${url}/a`, { followRedirects: true }));
      assert.equal(error.code, "ECONNREFUSED");
      assert.deepEqual(
        seen.map(({ url }) => url),
        ["/a", "/b"],
      );
    });

    test("gives up after maxRedirects", async (t) => {
      const seen = [];
      const url = await startRedirecting(t, () => "/again", seen);
      const client = new WebSocket(url, { followRedirects: true, maxRedirects: 1 });
      assert.equal((await failure(client)).message, "Maximum redirects exceeded");
      assert.equal(seen.length, 2);
    });

    test("an address that is none is an error", async (t) => {
      for (const [location, message] of [
        ["ws://", "Invalid URL: ws://"],
        ["/#a", "The URL contains a fragment identifier"],
        ["bad-scheme://x", /protocol must be one of/],
      ]) {
        const url = await startRedirecting(t, () => location);
        const error = await failure(new WebSocket(url, { followRedirects: true }));
        assert.equal(error.name, "SyntaxError");
        if (typeof message === "string") assert.equal(error.message, message);
        else assert.match(error.message, message);
      }
    });

    const headers = {
      Authorization: "Basic Zm9vOmJhcg==",
      Cookie: "foo=bar",
      Host: "foo",
      "X-Mine": "1",
    };

    test("to another host goes without Authorization, Cookie and Host", async (t) => {
      const { url, server } = await startServer(t, ws);
      const from = await startRedirecting(t, () => url);
      const connected = once(server, "connection");
      const client = new WebSocket(from, { followRedirects: true, headers });
      const [, request] = await connected;
      assert.equal(request.headers.authorization, undefined);
      assert.equal(request.headers.cookie, undefined);
      assert.equal(request.headers.host, url.slice("ws://".length));
      assert.equal(request.headers["x-mine"], "1");
      await once(client, "open");
    });

    test('with a "redirect" listener everything is sent, and the listener decides', async (t) => {
      const { url, server } = await startServer(t, ws);
      const from = await startRedirecting(t, () => url);
      const connected = once(server, "connection");
      const client = new WebSocket(from, { followRedirects: true, headers });
      client.on("redirect", (_to, request) => request.removeHeader("cookie"));
      const [, request] = await connected;
      assert.equal(request.headers.authorization, headers.Authorization);
      assert.equal(request.headers.cookie, undefined);
      await once(client, "open");
    });

    test("to the same host keeps them, and the credentials of the first URL", async (t) => {
      const seen = [];
      const http = await rawServer(t, (request, socket, head) => {
        seen.push(request.headers);
        if (request.url === "/there") return switchProtocols(request, socket, head);
        socket.end("HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n");
      });
      const url = http.url.replace("ws://", "ws://foo:bar@");
      const client = new WebSocket(url, { followRedirects: true, headers: { Cookie: "a=b" } });
      await once(client, "open");
      client.terminate();
      assert.deepEqual(
        seen.map(({ authorization, cookie }) => [authorization, cookie]),
        [
          ["Basic Zm9vOmJhcg==", "a=b"],
          ["Basic Zm9vOmJhcg==", "a=b"],
        ],
      );
    });

    test("closing in the redirect listener ends it", async (t) => {
      const { url } = await startServer(t, ws);
      const from = await startRedirecting(t, () => url);
      const client = new WebSocket(from, { followRedirects: true });
      client.on("redirect", () => client.close());
      client.on("open", () => assert.fail("open"));
      const error = await failure(client);
      assert.equal(error.message, "WebSocket was closed before the connection was established");
    });
  });

  describe(`${name}: statics`, () => {
    test("the states, on the class and on each socket", async () => {
      const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
      for (const [state, value] of Object.entries(states)) {
        for (const holder of [WebSocket, WebSocket.prototype]) {
          const {
            enumerable,
            writable,
            value: own,
          } = Object.getOwnPropertyDescriptor(holder, state);
          assert.deepEqual([own, enumerable, writable], [value, true, false]);
        }
      }
    });

    test("the members that a loop over a socket finds, as in a browser", () => {
      const found = [];
      for (const key in WebSocket.prototype) if (!(key in EventEmitter.prototype)) found.push(key);
      assert.deepEqual(found.filter((key) => !key.startsWith("_")).sort(), [
        "CLOSED",
        "CLOSING",
        "CONNECTING",
        "OPEN",
        "addEventListener",
        "binaryType",
        "bufferedAmount",
        "extensions",
        "isPaused",
        "onclose",
        "onerror",
        "onmessage",
        "onopen",
        "protocol",
        "readyState",
        "removeEventListener",
        "url",
      ]);
    });

    test("everything hangs on the class, and is exported by name", () => {
      assert.equal(ws.default, WebSocket);
      assert.equal(required, WebSocket);
      assert.equal(WebSocket.WebSocket, WebSocket);
      assert.equal(WebSocket.Server, ws.WebSocketServer);
      for (const member of [
        "WebSocketServer",
        "createWebSocketStream",
        "Receiver",
        "Sender",
        "PerMessageDeflate",
        "extension",
        "subprotocol",
      ]) {
        assert.ok(ws[member] !== undefined, member);
        assert.equal(WebSocket[member], ws[member], member);
      }
      assert.equal(WebSocket.name, "WebSocket");
      assert.equal(ws.WebSocketServer.name, "WebSocketServer");
    });
  });
});
