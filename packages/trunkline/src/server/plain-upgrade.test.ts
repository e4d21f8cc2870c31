import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { Routes } from "./handler.ts";
import { type PlainRequest, PlainUpgrades, readRequest } from "./plain-upgrade.ts";
import { handshakeHeaders, start } from "./raw-peer.test.util.ts";

const fields = (more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({ Host: "localhost", ...handshakeHeaders, ...more })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
const whole = `GET /a?b=c HTTP/1.1\r\n${fields()}\r\n`;
const read = (text: string): PlainRequest | undefined => readRequest(Buffer.from(text, "latin1"));

describe("a plain request", () => {
  it("is read: its target, its fields whatever their case, its head", () => {
    const request = read(`GET /a?b=%20 HTTP/1.1\r\nHost: x\r\nX-Latin: é\t(é)\r\n\r\n`);
    assert.equal(request?.method, "GET");
    assert.equal(request?.httpVersion, "1.1");
    assert.equal(request?.url, "/a?b=%20");
    assert.equal(request?.header("host"), "x");
    assert.equal(request?.header("x-latin"), "é\t(é)");
    assert.equal(request?.header("upgrade"), undefined);
    assert.equal(request?.head, "GET /a?b=%20 HTTP/1.1\r\nHost: x\r\nX-Latin: é\t(é)\r\n\r\n");
  });

  const others: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a line's end only", "\r\n\r\n"],
    ["half of it", whole.slice(0, -2)],
    ["an empty line in front", `\r\n${whole}`],
    ["frames behind it", `${whole}\x81\x80aaaa`],
    ["a second request behind it", whole + whole],
    ["another method", whole.replace("GET", "PUT")],
    ["a method in lower case", whole.replace("GET", "get")],
    ["another version", whole.replace("HTTP/1.1", "HTTP/1.0")],
    ["no version", whole.replace(" HTTP/1.1", "")],
    ["two spaces in its line", whole.replace(" HTTP", "  HTTP")],
    ["a space behind its line", whole.replace("1.1\r", "1.1 \r")],
    ["an absolute target", whole.replace("/a", "http://localhost/a")],
    ["an asterisk for a target", whole.replace("/a?b=c", "*")],
    ["a control character in the target", whole.replace("/a", "/\x01")],
    ["bytes beyond ASCII in the target", whole.replace("/a", "/é")],
    ["a bare line feed", whole.replace("\r\nUpgrade", "\nUpgrade")],
    ["a bare carriage return", whole.replace("localhost", "local\rhost")],
    ["a folded line", whole.replace("Host: ", "Host:\r\n ")],
    ["a line that continues", whole.replace("Upgrade: web", "Upgrade: \r\n web")],
    ["a field without a colon", whole.replace("Host: ", "Host ")],
    ["a field without a name", whole.replace("Host", "")],
    ["a space before the colon", whole.replace("Host:", "Host :")],
    ["no space behind the colon", whole.replace("Host: ", "Host:")],
    ["two spaces behind the colon", whole.replace("Host: ", "Host:  ")],
    ["a space behind a value", whole.replace("localhost", "localhost ")],
    ["a tab behind a value", whole.replace("localhost", "localhost\t")],
    ["an empty value", whole.replace("localhost", "")],
    ["a NUL in a value", whole.replace("localhost", "local\x00host")],
    ["a name that is no token", whole.replace("Host", "Ho(st")],
    ["a name beyond ASCII", whole.replace("Host", "H\u00f6st")],
    ["two fields of a name", whole.replace("Host", "Host: a\r\nHost")],
    ["two of a name in other cases", whole.replace("Host", "host: a\r\nHost")],
    ["more than 4 KiB", whole.replace("?b=c", `?${"b".repeat(4096)}`)],
    [
      "more than 64 fields",
      whole.replace(
        "Host",
        `${Array.from({ length: 60 }, (_, n) => `X-${n}: 1\r\n`).join("")}Host`,
      ),
    ],
  ];
  for (const [what, text] of others) {
    it(`is not one with ${what}`, () => {
      assert.equal(read(text), undefined);
    });
  }
});

interface Setting {
  readonly server: HttpServer;
  readonly plain: PlainUpgrades;
  readonly clock: ManualClock;
  /** Requests that were offered to be opened. */
  readonly offered: PlainRequest[];
  /** What node:http got. */
  readonly upgrades: IncomingMessage[];
  connect(): Promise<Socket>;
}

/** An HTTP server whose plain upgrades `open` takes or leaves. */
async function listen(context: TestContext, taken: boolean): Promise<Setting> {
  const [clock, offered, upgrades] = [new ManualClock(), [], []] as [
    ManualClock,
    PlainRequest[],
    IncomingMessage[],
  ];
  const server = createServer((_, response) => response.end("plain HTTP"));
  server.on("upgrade", (request, socket) => {
    upgrades.push(request);
    socket.end("from node:http");
  });
  server.on("connection", () => server.emit("handed over"));
  const plain = new PlainUpgrades(server, clock, (request, socket) => {
    offered.push(request);
    if (taken) socket.end("opened");
    return taken;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = async (): Promise<Socket> => {
    const socket = connectTcp((server.address() as AddressInfo).port, "127.0.0.1"); // it listens on TCP
    context.after(() => void socket.destroy());
    await Promise.all([once(socket, "connect"), once(server, "connection")]);
    return socket;
  };
  return { server, plain, clock, offered, upgrades, connect };
}

/** What comes up to the end, after `text` was sent. */
async function answer(socket: Socket, text = ""): Promise<string> {
  socket.write(text, "latin1");
  const bytes: Buffer[] = [];
  socket.on("data", (chunk) => bytes.push(chunk));
  await once(socket, "end");
  return Buffer.concat(bytes).toString("latin1");
}

describe("a connection", () => {
  it("whose first bytes are a plain request is opened without node:http", async (context) => {
    const { connect, offered, upgrades } = await listen(context, true);
    assert.equal(await answer(await connect(), whole), "opened");
    assert.deepEqual([offered.length, upgrades.length], [1, 0]);
  });

  it("that is not accepted goes to node:http, with nothing lost", async (context) => {
    const { connect, offered, upgrades } = await listen(context, false);
    assert.equal(await answer(await connect(), whole), "from node:http");
    assert.equal(offered.length, 1);
    assert.equal(upgrades[0].url, "/a?b=c");
    assert.equal(upgrades[0].headers["sec-websocket-key"], handshakeHeaders["Sec-WebSocket-Key"]);
  });

  it("that begins with something else goes to node:http at once", async (context) => {
    const { connect, offered } = await listen(context, true);
    const put = "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert.match(await answer(await connect(), put), /^HTTP\/1\.1 200 OK/);
    assert.match(await answer(await connect(), "nonsense\r\n\r\n"), /^HTTP\/1\.1 400 Bad Request/);
    assert.equal(offered.length, 0);
  });

  it("whose request comes in pieces goes to node:http with the first", async (context) => {
    const { server, connect, offered, upgrades } = await listen(context, true);
    const peer = await connect();
    const handedOver = once(server, "handed over");
    peer.write(whole.slice(0, 9));
    await handedOver;
    assert.equal(await answer(peer, whole.slice(9)), "from node:http");
    assert.equal(offered.length, 0);
    assert.equal(upgrades[0].headers["sec-websocket-key"], handshakeHeaders["Sec-WebSocket-Key"]);
  });

  it("that ends before it said anything is ended", async (context) => {
    const { connect } = await listen(context, true);
    const peer = await connect();
    const ended = answer(peer);
    peer.end();
    assert.equal(await ended, "");
  });

  it("that is reset before it said anything ends nothing else", async (context) => {
    const { server, connect } = await listen(context, true);
    const closed = deferred();
    server.once("connection", (socket) => socket.once("close", () => closed.resolve()));
    (await connect()).resetAndDestroy();
    await closed.promise;
    assert.equal(await answer(await connect(), whole), "opened");
  });

  it("that was reset before it said anything is given to nobody", async (context) => {
    const { server, plain, connect } = await listen(context, true);
    let others = 0;
    server.on("handed over", () => others++);
    const closed = deferred();
    server.once("connection", (socket) => {
      socket.once("close", () => {
        plain.yield();
        closed.resolve();
      });
      socket.destroy();
      plain.yield();
    });
    await connect();
    await closed.promise;
    assert.equal(others, 0);
  });

  it("that stays silent is left to node:http, and can still ask", async (context) => {
    const { connect, clock, offered } = await listen(context, true);
    const peer = await connect();
    clock.advance(1000);
    assert.equal(await answer(peer, whole), "from node:http");
    assert.equal(offered.length, 0);
    assert.equal(await answer(await connect(), whole), "opened", "those after it are as before");
  });

  it("that stays silent is there for whoever closes the server", async (context) => {
    const { server, plain, connect } = await listen(context, true);
    const peer = await connect();
    plain.yield();
    server.closeAllConnections();
    assert.equal(await answer(peer), "");
  });
});

describe("a handshake is the same both ways:", () => {
  // An empty line before the request is no plain upgrade; node:http passes over it.
  const ways = ["", "\r\n"] as const;
  const routes: Routes = {
    "/a": {
      protocols: ["chat"],
      open(socket) {
        const { url, path, params, origin, protocols, remoteAddress, headers } = socket.request;
        const facts = { path, params, origin, protocols, remoteAddress, chosen: socket.protocol };
        socket.send(JSON.stringify({ ...facts, url: url.href, headers: [...headers] }));
        socket.close(1000);
      },
    },
    "/asked/[name]": {
      upgrade: ({ raw }) => ({ data: raw.url }),
      open: (socket) => socket.close(1000, String(socket.data)),
    },
    "/strict": { origins: ["https://example.com"], open: (socket) => socket.close(1000) },
  };
  const cases: readonly (readonly [string, string, Readonly<Record<string, string>>?])[] = [
    ["accepted", "/a?b=c"],
    ["with a subprotocol", "/a", { "Sec-WebSocket-Protocol": "other, chat" }],
    ["with one that nobody speaks", "/a", { "Sec-WebSocket-Protocol": "other" }],
    ["with our own origin", "/a", { Origin: "http://localhost" }],
    ["with a foreign one", "/a", { Origin: "https://example.com" }],
    ["with an origin that the route allows", "/strict", { Origin: "https://example.com" }],
    ["with more fields", "/a", { Cookie: "a=b; c=d", "User-Agent": "é", "Content-Length": "0" }],
    ["decided by the handler", "/asked/x"],
    ["to nobody", "/nobody"],
    ["in another version", "/a", { "Sec-WebSocket-Version": "8" }],
    ["without a key", "/a", { "Sec-WebSocket-Key": "short" }],
    ["for another protocol", "/a", { Upgrade: "h2c" }],
    ["to a host that is none", "/a", { Host: "a b" }],
    ["with a body", "/a", { "Content-Length": "5" }],
    ["with extensions", "/a", { "Sec-WebSocket-Extensions": "permessage-deflate" }],
  ];
  for (const [what, target, more] of cases) {
    it(what, async (context) => {
      const outcomes: unknown[] = [];
      for (const before of ways) {
        const { connect, log, server } = await start(context, routes);
        const peer = await connect();
        peer.write(Buffer.from(`${before}GET ${target} HTTP/1.1\r\n${fields(more)}\r\n`, "latin1"));
        const head = await peer.head();
        if (head.status === 101) peer.close(1000);
        const answer = head.text + (await peer.rest());
        await server.close();
        outcomes.push([answer.replace(/Date: .*/, ""), log.lines.slice(1)]);
      }
      assert.deepEqual(outcomes[0], outcomes[1]);
    });
  }
});
