import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Server, serve } from "trunkline/server";
import { run } from "../run.ts";
import { CERTIFICATE, KEY } from "../serve/certificate.test.util.ts";
import { startFaulty } from "./faulty-proxy.test.util.ts";
import type { Report } from "./json-report.ts";

function echo(
  socket: { send(data: string | Uint8Array): boolean },
  data: string | Uint8Array,
): void {
  socket.send(data);
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function conform(...args: readonly string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(["conform", ...args], {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    environment: {},
  });
  return { code, out: out.join(""), err: err.join("") };
}

describe("trunkline conform", () => {
  let server: Server;
  let plain: HttpServer;
  let folder: string;
  before(async () => {
    server = await serve({
      port: 0,
      routes: { "/echo": { origins: "any", message: echo } },
      logger: {},
    });
    plain = createServer((_request, response) => response.end()).listen(0, "127.0.0.1");
    folder = await mkdtemp(join(tmpdir(), "conform-"));
  });
  after(async () => {
    plain.close();
    await server.close({ timeout: 0 });
    await rm(folder, { recursive: true });
  });
  const url = () => `ws://127.0.0.1:${server.port}/echo`;

  it("exits with 0 and a table when nothing fails", async () => {
    const { code, out, err } = await conform("server", url(), "--only", "fragmentation/row-*");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(
      out,
      /^group +cases +pass +tolerated +informational +failed\nfragmentation +2 +2 +0 +0 +0\nall +2 +2 +0 +0 +0\n$/,
    );
  });

  it("takes an address that leaves out what is usual", async () => {
    const { code, err } = await conform(
      "server",
      `:${server.port}/echo`,
      "--only",
      "framing/text-1-whole",
    );
    assert.deepEqual([code, err], [0, ""]);
  });

  it("exits with 1 and shows what was sent, allowed and came when a case fails", async (t) => {
    const port = await startFaulty(t, server.port, () => ({}));
    const only = "framing/text-1-in-16-bits,framing/text-1-whole";
    const { code, out } = await conform("server", `ws://127.0.0.1:${port}/echo`, "--only", only);
    assert.equal(code, 1);
    const lines = out.split("\n");
    assert.equal(lines[0], "FAILED  framing/text-1-in-16-bits");
    assert.match(lines[1] ?? "", /sent +a text frame of 1 byte with the length in 16 bits/);
    assert.match(lines[2] ?? "", /rule +RFC 6455, section 5\.2: the minimal number of bytes/);
    assert.match(lines[3] ?? "", /allowed +a Close with 1002/);
    assert.match(lines[4] ?? "", /came +a text message of 1 byte came/);
    assert.match(out, /all +2 +1 +0 +0 +1\n$/);
  });

  it("writes the results as JSON, in the order of the suite, with the frames both ways", async () => {
    const file = join(folder, "results.json");
    const only = "pings/ping-1-whole,framing/text-1-whole";
    const { code } = await conform("server", url(), "--only", only, "--json", file);
    assert.equal(code, 0);
    const report = JSON.parse(await readFile(file, "utf8")) as Report; // our own file
    assert.deepEqual([report.tested, report.name, report.counts.pass], ["server", url(), 2]);
    assert.deepEqual(
      report.cases.map(({ id }) => id),
      ["framing/text-1-whole", "pings/ping-1-whole"],
    );
    const frames = report.cases[1]?.transcript.map(({ from, what }) => `${from}: ${what}`);
    assert.deepEqual(frames, [
      "suite: GET /echo HTTP/1.1",
      "tested: HTTP/1.1 101 Switching Protocols",
      "suite: ping, 1 byte",
      "tested: pong, 1 byte",
      "suite: close, 2 bytes, code 1000",
      "tested: close, 2 bytes, code 1000",
    ]);
  });

  it("writes them as XML and as a page besides", async () => {
    const [xml, page] = [join(folder, "results.xml"), join(folder, "results.html")];
    const only = ["--only", "pings/ping-1-whole"];
    assert.equal((await conform("server", url(), ...only, "--junit", xml, "--html", page)).code, 0);
    assert.match(await readFile(xml, "utf8"), /name="pings\/ping-1-whole"/);
    assert.match(await readFile(page, "utf8"), /<b>pass<\/b> pings\/ping-1-whole/);
  });

  it("plays over TLS, resets too, once any certificate will do", async (t) => {
    const secure = await serve({
      port: 0,
      routes: { "/echo": { origins: "any", message: echo } },
      logger: {},
      tls: { cert: CERTIFICATE, key: KEY },
    });
    t.after(() => secure.close({ timeout: 0 }));
    const address = `wss://localhost:${secure.port}/echo`;
    const only = ["--only", "pings/ping-1-whole,endurance/reset-payload"];
    assert.equal((await conform("server", address, ...only)).code, 1);
    const { code, out } = await conform("server", address, ...only, "--insecure");
    assert.match(out, /all +2 +2 +0 +0 +0\n$/);
    assert.equal(code, 0);
  });

  it("says in one sentence that nothing listens there, and exits with 1", async () => {
    const { code, out, err } = await conform("server", "ws://127.0.0.1:1/echo");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      err,
      /^trunkline: ws:\/\/127\.0\.0\.1:1\/echo cannot be tested: .*ECONNREFUSED.*\.\n$/,
    );
  });

  it("says what answered in place of a WebSocket", async () => {
    const { port } = plain.address() as AddressInfo; // it listens on a port
    const { code, err } = await conform("server", `ws://127.0.0.1:${port}/`);
    assert.equal(code, 1);
    assert.match(err, /the opening handshake was answered with HTTP\/1\.1 200 OK\.\n$/);
  });

  for (const [what, greeting, came] of [
    ["says nothing", undefined, "nothing"],
    ["speaks first", "hello", "a text message of 5 bytes"],
  ] as const) {
    it(`says in one sentence that a server which ${what} is no echo`, async (t) => {
      const open = (socket: { send(data: string): boolean }) => {
        if (greeting !== undefined) socket.send(greeting);
      };
      const routes = { "/": { origins: "any", open, message: () => {} } } as const;
      const other = await serve({ port: 0, routes, logger: {} });
      t.after(() => other.close({ timeout: 0 }));
      const address = `ws://127.0.0.1:${other.port}/`;
      const { code, out, err } = await conform("server", address, "--wait", "200");
      assert.deepEqual([code, out], [1, ""]);
      assert.equal(
        err,
        `trunkline: ${address} cannot be tested: it does not send each message back (after a text, ${came} came).\n`,
      );
    });
  }

  it("tests the opening handshake of a server that is no echo", async (t) => {
    const routes = { "/": { origins: "any", message: () => {} } } as const;
    const other = await serve({ port: 0, routes, logger: {} });
    t.after(() => other.close({ timeout: 0 }));
    const address = `ws://127.0.0.1:${other.port}/`;
    const { code } = await conform("server", address, "--only", "handshake/no-key");
    assert.equal(code, 0);
  });

  for (const option of ["--json", "--junit", "--html"]) {
    it(`says that the file of ${option} cannot be written before a case is played`, async () => {
      const only = ["--only", "pings/ping-1-whole"];
      const { code, out, err } = await conform("server", url(), ...only, option, folder);
      assert.deepEqual([code, out], [1, ""]);
      assert.equal(err, `trunkline: the report ${folder} cannot be written: it is a folder.\n`);
    });
  }

  it("says so before a client is waited for", async () => {
    const file = join(folder, "missing", "results.json");
    const { code, out, err } = await conform("client", "--port", "0", "--json", file);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^trunkline: the report .* cannot be written: its folder is not there\.\n$/);
  });

  it("bounds the memory of a process that is there, and says when it is not", async () => {
    const only = ["--only", "endurance/garbage-ones"];
    assert.equal((await conform("server", url(), ...only, "--pid", String(process.pid))).code, 0);
    const { code, err } = await conform("server", url(), ...only, "--pid", "4194999");
    assert.deepEqual(
      [code, err],
      [2, "trunkline: there is no process 4194999 on this machine whose memory can be seen.\n"],
    );
  });

  it("lists the chosen cases without an address", async () => {
    const { code, out } = await conform(
      "server",
      "--list",
      "--only",
      "pings/ping-1*",
      "--skip",
      "*-bytes",
    );
    assert.equal(code, 0);
    assert.match(out, /^pings\/ping-1-whole +RFC 6455, 5\.5\.3: a ping of 1 byte, in one write\n/);
    assert.doesNotMatch(out, /-bytes/);
  });

  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no word", [], /"trunkline conform" needs a word behind it: server or client/],
    [
      "another word",
      ["sever", "ws://localhost"],
      /"sever" is no word of "trunkline conform"\. Did you mean server\?/,
    ],
    ["no port", ["client"], /needs the port that clients come to: --port 9001/],
    ["a port that is none", ["client", "--port", "65536"], /whole number from 0 to 65535/],
    [
      "an address for clients",
      ["client", "ws://a"],
      /"trunkline conform client" takes options only/,
    ],
    ["no address", ["server"], /needs the address of an echo/],
    ["an address of FTP", ["server", "ftp://localhost"], /its scheme must be ws or wss, not ftp\./],
    ["two addresses", ["server", "ws://a", "ws://b"], /"ws:\/\/b" is a word too many/],
    [
      "an unknown option",
      ["server", "ws://a", "--onyl", "x"],
      /no option "--onyl"\. Did you mean --only\?/,
    ],
    ["a wait that is no number", ["server", "ws://a", "--wait", "soon"], /whole number from 1 to/],
    [
      "a wait that no timer has",
      ["server", "ws://a", "--wait", "2147483647"],
      /whole number from 1 to 2147480000/,
    ],
    [
      "an empty list",
      ["server", "ws://a", "--only", ","],
      /^trunkline: --only .*: it is empty\.$/m,
    ],
    [
      "a case that is not there",
      ["server", "ws://a", "--only", "pings/none"],
      /is called "pings\/none"/,
    ],
    [
      "a skip that leaves nothing",
      ["server", "ws://a", "--only", "pings", "--skip", "*"],
      /leaves no case/,
    ],
  ];
  for (const [what, args, sentence] of mistakes) {
    it(`takes ${what} for a mistake, in one sentence`, async () => {
      const { code, out, err } = await conform(...args);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, sentence);
      assert.equal(err.trimEnd().split("\n").length, 1);
    });
  }

  it("lists the cases for clients without a port", async () => {
    const { code, out } = await conform("client", "--list", "--only", "answer/good");
    assert.equal(code, 0);
    assert.match(out, /^answer\/good +RFC 6455, 4\.1: .*\n1 case\n$/);
  });

  it("waits for a client, and ends with a table when that asks for the report", async () => {
    const out: string[] = [];
    let listening: (address: string) => void = () => {};
    const address = new Promise<string>((resolve) => {
      listening = resolve;
    });
    const write = (text: string) => {
      out.push(text);
      const own = /open (http:\S+)/.exec(text)?.[1];
      if (own !== undefined) listening(own);
    };
    const args = ["conform", "client", "--port", "0", "--only", "framing/text-1-whole"];
    const stderr = { write: () => {} };
    const ended = run(args, { stdout: { write }, stderr, environment: {} });
    const report = await fetch(`${await address}report?agent=nobody`);
    assert.match(await report.text(), /"failed":1/);
    assert.equal(await ended, 1);
    assert.match(out.join(""), /asked for by nobody; the run is over\.\nFAILED {2}framing/);
  });

  it("says in one sentence that the port is taken", async () => {
    const host = ["--host", "127.0.0.1", "--port", String(server.port)];
    const { code, err } = await conform("client", ...host);
    assert.equal(code, 1);
    assert.match(
      err,
      /^trunkline: nothing can be bound to 127\.0\.0\.1, port \d+: .*EADDRINUSE.*\n$/,
    );
  });

  it("shows its help", async () => {
    const { code, out } = await conform("server", "--help");
    assert.equal(code, 0);
    assert.match(out, /--only <list>/);
    assert.match((await conform("--help")).out, /Examples:/);
  });
});
