import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { describe, it } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { cert, key, otherKey } from "../testing/certificate.test.util.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { AnyHandler, Routes } from "./handler.ts";
import { ListenError } from "./listen.ts";
import { connect, MemoryLog, start } from "./raw-peer.test.util.ts";
import { type ServeOptions, serve } from "./serve.ts";

const echo: AnyHandler = { message: (socket, data) => void socket.send(data) };
const make = (options: object): Promise<unknown> =>
  serve({ routes: {}, ...options } as ServeOptions);

describe("serve", () => {
  it("opens a port on loopback, in both address families, and says where", async (context) => {
    const said: string[] = [];
    const logger = { debug: (line: string) => void said.push(line) };
    const { server } = await start(context, { "/echo": echo }, { logger });
    assert.equal(server.url, `ws://localhost:${server.port}`);
    assert.deepEqual(said, [`listening on ${server.url}, for this machine only`]);
    for (const host of ["127.0.0.1", "::1"]) {
      const peer = await connect(context, server.port, { host });
      await peer.open("/echo");
      peer.text(host);
      assert.deepEqual(await peer.next(), { type: "text", data: host });
      peer.socket.destroy();
    }
  });

  it("answers upgrades on each address from the moment that it listens there", async (context) => {
    const listeners: { readonly server: NetServer; readonly atListen: number }[] = [];
    const { listen } = NetServer.prototype;
    context.mock.method(
      NetServer.prototype,
      "listen",
      function (this: NetServer, ...args: Parameters<NetServer["listen"]>) {
        listeners.push({ server: this, atListen: this.listenerCount("upgrade") });
        return listen.apply(this, args);
      },
    );
    await start(context, { "/echo": echo });
    for (const { server, atListen } of listeners) {
      assert.equal(atListen, server.listenerCount("upgrade"));
    }
    assert.ok(listeners.length > 0);
  });

  it("listens where it is told to", async (context) => {
    const { server } = await start(context, { "/echo": echo }, { host: "127.0.0.1" });
    assert.equal(server.url, `ws://127.0.0.1:${server.port}`);
    await assert.rejects(connect(context, server.port, { host: "::1" }), { code: "ECONNREFUSED" });
  });

  for (const [host, url] of [
    ["0.0.0.0", "ws://localhost"],
    ["::1", "ws://[::1]"],
  ]) {
    it(`names for the host ${host} an address that can be reached`, async (context) => {
      const { server } = await start(context, {}, { host });
      assert.equal(server.url, `${url}:${server.port}`);
    });
  }

  it("speaks TLS", async (context) => {
    const { server, open } = await start(context, { "/echo": echo }, { tls: { key, cert } });
    assert.equal(server.url, `wss://localhost:${server.port}`);
    const peer = await open("/echo");
    peer.text("over TLS");
    assert.deepEqual(await peer.next(), { type: "text", data: "over TLS" });
  });

  it("publishes, replaces routes and shows its sockets", async (context) => {
    const {
      server,
      open,
      connect: run,
    } = await start(context, {
      "/a": { open: (socket) => socket.subscribe("news") },
    });
    const peer = await open("/a");
    assert.equal(server.sockets.size, 1);
    assert.equal(server.publish("news", "hi"), 1);
    assert.deepEqual(await peer.next(), { type: "text", data: "hi" });
    server.setRoutes({ "/b": echo });
    assert.equal((await (await run()).refusal("/a")).status, 404);
  });

  it("fails with a ListenError when the port is taken", async (context) => {
    const taken = createServer();
    context.after(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo; // it listens on TCP
    await assert.rejects(make({ port }), (error: unknown) => {
      assert.ok(error instanceof ListenError);
      assert.match(error.message, /^cannot listen on 127\.0\.0\.1:\d+: the port is taken/);
      return true;
    });
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    [
      "a port in words",
      { port: "9998" },
      /^"port" must be a whole number from 0 to 65535, not "9998"$/,
    ],
    ["a port that is none", { port: 65_536 }, /^"port" must be .*not 65536$/],
    ["half a port", { port: 0.5 }, /^"port" must be/],
    [
      "an empty host, which Node takes for all",
      { host: "" },
      /^"host" must be an address or a name.*not ""$/,
    ],
    ["a host of another type", { host: 0 }, /^"host" must be/],
    [
      "no backlog",
      { backlog: 0 },
      /^"backlog" must be a whole number from 1 to 2147483647, not 0$/,
    ],
    ["half a backlog", { backlog: 1.5 }, /^"backlog" must be/],
    [
      "a name that is no option",
      { prot: 1 },
      /^"prot" is not an option of serve; it has routes, .*, port, host, backlog, tls, http$/,
    ],
    ["a listener that is none", { http: {} }, /^"http" must be a function, not an object$/],
    ["TLS without a key", { tls: { cert } }, /^"tls" needs "key" and "cert"/],
    [
      "a key that does not fit",
      { tls: { key: otherKey, cert } },
      /^"tls" does not work: the key does not fit/,
    ],
    [
      "a route that is wrong",
      { routes: { "/a": {} } },
      /^route "\/a": a handler needs at least one of/,
    ],
    ["no options", { routes: undefined }, /^"routes" must be an object/],
  ];
  for (const [what, options, message] of wrong) {
    it(`refuses ${what} in one sentence`, async () => {
      await assert.rejects(make(options), { name: "TypeError", message });
    });
  }
});

describe("plain HTTP on a served port", () => {
  const http: ServeOptions["http"] = (request, response, next) => {
    if (request.url === "/page") response.end("page");
    else next();
  };
  const cases = [
    ["a page", "GET /page", 200],
    ["a socket's resource", "GET /echo?x=1", 426],
    ["nothing", "GET /nothing", 404],
  ] as const;
  for (const [what, line, status] of cases) {
    it(`answers ${status} for ${what}, also to an offer of another protocol`, async (context) => {
      const { connect: run } = await start(context, { "/echo": echo }, { http });
      for (const offer of ["", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"]) {
        const peer = await run();
        const connection = offer === "" ? "close" : "Upgrade, HTTP2-Settings";
        peer.write(`${line} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n${offer}\r\n`);
        assert.equal((await peer.head()).status, status);
        await peer.rest();
      }
    });
  }
});

describe("close", () => {
  it("drains the sockets with 1001, frees the port, and leaves no timer", async (context) => {
    const clock = new ManualClock();
    const { server, open } = await start(context, { "/echo": echo }, { clock, heartbeat: 0 });
    const peer = await open("/echo");
    const done = server.close();
    assert.equal((await peer.closed()).code, 1001);
    peer.close(1001);
    await done;
    assert.equal(clock.pending, 0);
    const again = await serve({ port: server.port, routes: { "/echo": echo } });
    await again.close();
  });

  it("drops peers that are stuck, after its timeout", async (context) => {
    const clock = new ManualClock();
    const options = { clock, heartbeat: 0, closeTimeout: 60_000 };
    const { server, open } = await start(context, { "/echo": echo }, options);
    const peer = await open("/echo");
    const done = server.close({ timeout: 300 });
    await peer.closed();
    clock.advance(300);
    await done;
    await peer.ended();
    assert.equal(server.sockets.size, 0);
    assert.equal(clock.pending, 0);
  });

  it("lets an HTTP request in progress finish", async (context) => {
    const asked = deferred();
    const gate = deferred();
    const { server, connect: run } = await start(
      context,
      {},
      {
        async http(_request, response) {
          asked.resolve();
          await gate.promise;
          response.end("whole");
        },
      },
    );
    const peer = await run();
    peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await asked.promise;
    const done = server.close();
    gate.resolve();
    assert.match(await peer.rest(), /whole/);
    await done;
  });

  it("cuts one that does not finish, after its timeout", async (context) => {
    const clock = new ManualClock();
    const asked = deferred();
    const { server, connect: run } = await start(
      context,
      {},
      { clock, http: () => asked.resolve() },
    );
    const peer = await run();
    peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await asked.promise;
    const done = server.close({ timeout: 100 });
    await new Promise(setImmediate);
    clock.advance(100);
    await done;
    await peer.ended();
  });

  for (const tls of [undefined, { key, cert }]) {
    it(`does not wait for connections that never asked anything${tls ? ", also with TLS" : ""}`, async (context) => {
      const options = tls === undefined ? {} : { tls };
      const { server, connect: run } = await start(
        context,
        { "/echo": echo },
        { clock: new ManualClock(), ...options },
      );
      const peers = [await run(), await connect(context, server.port)];
      const busy = await run();
      await busy.open("/echo");
      const done = server.close();
      assert.equal((await busy.closed()).code, 1001);
      busy.close(1001);
      await done;
      for (const peer of peers) await peer.ended();
    });
  }

  it("joins the close that runs already, and happens by await using", async () => {
    const server = await serve({ routes: { "/echo": echo } });
    const first = server.close();
    assert.equal(server.close(), first);
    await first;
    const other = await serve({ routes: { "/echo": echo } });
    await other[Symbol.asyncDispose]();
    await assert.rejects(
      new Promise((_, reject) => {
        const probe = createServer().on("error", reject);
        probe.listen(other.port, "127.0.0.1", () => probe.close(() => reject(new Error("free"))));
      }),
      { message: "free" },
    );
  });
});

it("what is not an option for the compiler is one sentence for everybody else", async () => {
  const routes: Routes = {};
  await assert.rejects(make({ routes, logger: new MemoryLog(), unknown: 1 }), {
    name: "TypeError",
  });
});
