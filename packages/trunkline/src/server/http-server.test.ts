import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { systemClock } from "../connection/clock.ts";
import { cert, key, otherCert, otherKey } from "../testing/certificate.test.util.ts";
import { checkTls, type HttpServerParts, makeHttpServer } from "./http-server.ts";
import { connect, type RawPeer } from "./raw-peer.test.util.ts";

interface Setting {
  readonly errors: string[];
  readonly port: number;
  connect(): Promise<RawPeer>;
}

async function listen(
  context: TestContext,
  parts: Partial<HttpServerParts> = {},
): Promise<Setting> {
  const errors: string[] = [];
  const server = makeHttpServer({
    handshakeTimeout: 10_000,
    tls: undefined,
    http: undefined,
    hasRoute: (target) => target === "/echo",
    open: () => false,
    clock: systemClock,
    logger: { info: (line) => void errors.push(line) },
    report: (error, where) => void errors.push(`${where}: ${String(error)}`),
    ...parts,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    errors,
    port,
    connect: () => connect(context, port, { secure: parts.tls !== undefined }),
  };
}

async function get(
  setting: Setting,
  line: string,
): Promise<{ readonly status: number; readonly body: string; readonly text: string }> {
  const peer = await setting.connect();
  peer.write(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const { status, text } = await peer.head();
  return { status, text, body: await peer.rest() };
}

describe("a plain request", () => {
  for (const method of ["GET", "POST", "DELETE"]) {
    it(`by ${method} gets 426 with a sentence where a socket lives, and 404 elsewhere`, async (context) => {
      const setting = await listen(context);
      const { status, body, text } = await get(setting, `${method} /echo`);
      assert.equal(status, 426);
      assert.match(text, /\r\nUpgrade: websocket\r\n/);
      assert.match(body, /A WebSocket lives here/);
      assert.equal((await get(setting, `${method} /other`)).status, 404);
    });
  }

  it("by HEAD gets the same without a body", async (context) => {
    const setting = await listen(context);
    const { status, body } = await get(setting, "HEAD /echo");
    assert.deepEqual([status, body], [426, ""]);
  });

  it("is asked of the http listener first, which may leave it", async (context) => {
    const setting = await listen(context, {
      http(request, response, next) {
        if (request.url === "/page") response.end("page");
        else next();
      },
    });
    assert.match((await get(setting, "GET /page")).body, /page/);
    assert.equal((await get(setting, "GET /echo")).status, 426);
  });
});

describe("a listener of plain requests", () => {
  for (const [kind, http] of [
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["rejects", () => Promise.reject(new Error("boom"))],
  ] as const) {
    it(`that ${kind} costs its request 500, and is reported with the path`, async (context) => {
      const setting = await listen(context, { http });
      assert.equal((await get(setting, "GET /page")).status, 500);
      assert.deepEqual(setting.errors, ["http listener at /page: Error: boom"]);
    });
  }

  it("that fails in the middle of its answer loses the connection alone", async (context) => {
    const setting = await listen(context, {
      http(_request, response) {
        response.writeHead(200, { "Content-Length": "10" });
        response.write("half");
        throw new Error("boom");
      },
    });
    const peer = await setting.connect();
    peer.write("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.ended();
    assert.equal(setting.errors.length, 1);
  });
});

describe("a request that cannot be read", () => {
  const requests: readonly (readonly [string, string, RegExp, string])[] = [
    [
      "a header that is none",
      "GET /echo HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
      /^HTTP\/1\.1 400 Bad Request\r\n.*well-formed HTTP request. Invalid header token.\n$/s,
      "400 This is not a well-formed HTTP request. Invalid header token.",
    ],
    [
      "no HTTP at all",
      "\x16\x03\x01\x02\x00\r\n\r\n",
      /^HTTP\/1\.1 400 Bad Request\r\n.*well-formed HTTP request/s,
      "400 This is not a well-formed HTTP request. Invalid method encountered.",
    ],
    [
      "headers too large",
      `GET /echo HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n.*too large/s,
      "431 The headers are too large.",
    ],
  ];
  for (const [what, request, expected, line] of requests) {
    it(`gets the reason, and a line in the log: ${what}`, async (context) => {
      const setting = await listen(context);
      const peer = await setting.connect();
      peer.write(request);
      assert.match(await peer.rest(), expected);
      assert.equal(setting.errors.length, 1);
      assert.ok(setting.errors[0].startsWith(`refused a request: ${line}`), setting.errors[0]);
    });
  }
});

describe("a connection that never finishes its request", () => {
  const beginnings = [
    ["sends nothing", ""],
    ["sends half a request line", "GET /ec"],
    ["sends half of its headers", "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"],
  ];
  for (const [what, text] of beginnings) {
    it(`is ended: it ${what}`, async (context) => {
      const setting = await listen(context, { handshakeTimeout: 20 });
      const peer = await setting.connect();
      if (text !== "") peer.write(text);
      assert.match(await peer.rest(), /^(HTTP\/1\.1 408 Request Timeout\r\n|$)/);
    });
  }

  it("is ended before TLS as well", async (context) => {
    const setting = await listen(context, { handshakeTimeout: 20, tls: { key, cert } });
    const whole = await setting.connect();
    const { remotePort = 0 } = whole.socket;
    const bare = await connect(context, remotePort);
    await bare.ended();
  });
});

describe("a client that must have a certificate", () => {
  const demands = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ["has none", {}, /^refused a TLS connection: the client has no certificate$/],
    [
      "has a foreign one",
      { key: otherKey, cert: otherCert },
      /^refused a TLS connection: the client's certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    ],
  ];
  for (const [what, own, says] of cases) {
    it(`and ${what} is refused, and the log says why`, async (context) => {
      const warned = new Promise<string>((resolve) => {
        void listen(context, { tls: demands, logger: { warn: resolve } }).then(({ port }) => {
          const peer = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...own });
          context.after(() => peer.destroy());
          peer.on("error", () => {});
        });
      });
      assert.match(await warned, says);
    });
  }
});

describe("TLS options", () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["no object", true, /^"tls" must be an object with "key" and "cert"/],
    ["null", null, /^"tls" must be an object/],
    ["nothing", {}, /^"tls" needs "key" and "cert", or "pfx"/],
    ["a key alone", { key }, /^"tls" needs "key" and "cert"/],
  ];
  for (const [what, tls, message] of wrong) {
    it(`are refused when they are ${what}`, () => {
      assert.throws(() => checkTls(tls), { name: "TypeError", message });
    });
  }

  const broken: readonly (readonly [string, object, RegExp])[] = [
    [
      "a key that does not fit",
      { key: otherKey, cert },
      /^"tls" does not work: the key does not fit the certificate$/,
    ],
    [
      "a certificate that is none",
      { key, cert: "text" },
      /^"tls" does not work: the key or the certificate is not PEM$/,
    ],
  ];
  for (const [what, tls, message] of broken) {
    it(`are refused with ${what}`, async (context) => {
      await assert.rejects(listen(context, { tls }), { name: "TypeError", message });
    });
  }

  it("are taken when there is something to use", () => {
    checkTls(undefined);
    checkTls({ key, cert });
    checkTls({ pfx: new Uint8Array(1) });
    checkTls({ SNICallback() {} });
  });
});
