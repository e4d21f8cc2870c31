import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { hostInUrl, ListenError, listenOn, listenOnLoopback, portOf } from "./listen.ts";

type Listen = (port: number, host: string, backlog: number | undefined, done: () => void) => Server;

/** Servers that the test's end closes; `claims` decides how a listening fails, as a machine would. */
function maker(
  context: TestContext,
  claims: (host: string, attempt: number) => string | undefined = () => undefined,
  backlogs: (number | undefined)[] = [],
): () => Server {
  let attempt = 0;
  return () => {
    const server = createServer();
    context.after(() => void server.close());
    const listen = server.listen.bind(server) as Listen;
    const answer: Listen = (port, host, backlog, done) => {
      const code = claims(host, attempt++);
      backlogs.push(backlog);
      if (code === undefined) return listen(port, host, backlog, done);
      process.nextTick(() => server.emit("error", Object.assign(new Error(code), { code })));
      return server;
    };
    return Object.assign(server, { listen: answer });
  };
}

describe("listening on loopback", () => {
  it("gets the same port on both address families", async (context) => {
    const listeners = await listenOnLoopback(maker(context), 0);
    const addresses = listeners.map((listener) => listener.address());
    const [port] = listeners.map(portOf);
    assert.ok(port > 0);
    assert.deepEqual(addresses, [
      { address: "127.0.0.1", family: "IPv4", port },
      { address: "::1", family: "IPv6", port },
    ]);
  });

  it("hands the backlog to the system, for both", async (context) => {
    const backlogs: (number | undefined)[] = [];
    await listenOnLoopback(
      maker(context, () => undefined, backlogs),
      0,
      7,
    );
    assert.deepEqual(backlogs, [7, 7]);
  });

  for (const [missing, code] of [
    ["::1", "EADDRNOTAVAIL"],
    ["::1", "EAFNOSUPPORT"],
    ["127.0.0.1", "EADDRNOTAVAIL"],
  ]) {
    it(`does without ${missing} where the machine says ${code}`, async (context) => {
      const make = maker(context, (host) => (host === missing ? code : undefined));
      const listeners = await listenOnLoopback(make, 0);
      assert.equal(listeners.length, 1);
    });
  }

  it("fails where the machine has neither", async (context) => {
    const make = maker(context, () => "EADDRNOTAVAIL");
    await assert.rejects(listenOnLoopback(make, 0), { name: "ListenError", code: "EADDRNOTAVAIL" });
  });

  for (const taken of ["127.0.0.1", "::1"]) {
    it(`fails when the port is taken on ${taken}, and leaves the other free`, async (context) => {
      const other = taken === "::1" ? "127.0.0.1" : "::1";
      const first = await listenOn(maker(context)(), 0, taken);
      const port = portOf(first);
      await assert.rejects(listenOnLoopback(maker(context), port), (error: unknown) => {
        assert.ok(error instanceof ListenError);
        assert.equal(
          error.message,
          `cannot listen on ${hostInUrl(taken)}:${port}: the port is taken; stop what has it, or choose another`,
        );
        assert.deepEqual([error.code, error.host, error.port], ["EADDRINUSE", taken, port]);
        return true;
      });
      const second = await listenOn(maker(context)(), port, other);
      assert.equal(portOf(second), port);
    });
  }

  it("tries another port when the one the system chose is taken on the second family", async (context) => {
    const make = maker(context, (_host, attempt) =>
      attempt === 1 || attempt === 3 ? "EADDRINUSE" : undefined,
    );
    const listeners = await listenOnLoopback(make, 0);
    assert.equal(listeners.length, 2);
    assert.equal(portOf(listeners[0]), portOf(listeners[1]));
  });

  it("gives up when that happens again and again", async (context) => {
    const make = maker(context, (host) => (host === "::1" ? "EADDRINUSE" : undefined));
    await assert.rejects(listenOnLoopback(make, 0), { code: "EADDRINUSE" });
  });
});

describe("an error at listening", () => {
  const cases = [
    ["EACCES", "cannot listen on 127.0.0.1:80: no permission for this port; choose one above 1023"],
    ["EADDRNOTAVAIL", "cannot listen on 127.0.0.1:80: this machine does not have the address"],
    ["ENOTFOUND", "cannot listen on 127.0.0.1:80: the host name is not known"],
    ["EOTHER", "cannot listen on 127.0.0.1:80: EOTHER"],
  ];
  for (const [code, message] of cases) {
    it(`of ${code} is one sentence`, async (context) => {
      const server = maker(context, () => code)();
      await assert.rejects(listenOn(server, 80, "127.0.0.1"), {
        name: "ListenError",
        code,
        message,
      });
    });
  }
});
