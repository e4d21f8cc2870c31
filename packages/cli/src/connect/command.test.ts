// The built command as a process, against the library's server: pipes, exit codes, TLS, signals.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type ServeOptions, type Server, serve } from "trunkline/server";
import { CERTIFICATE, KEY } from "../serve/certificate.test.util.ts";
import { makeFolder } from "../temporary-folder.test.util.ts";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

function start(t: TestContext, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, "connect", ...args]);
  t.after(() => child.kill("SIGKILL"));
  return child;
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const out: Buffer[] = [];
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, out: Buffer.concat(out), err }));
  });
}

function run(t: TestContext, input: string | Buffer, ...args: readonly string[]): Promise<Outcome> {
  const child = start(t, args);
  child.stdin?.on("error", () => {}); // it may end before it has read all
  child.stdin?.end(input);
  return outcomeOf(child);
}

const routes: ServeOptions["routes"] = {
  "/echo": {
    message(socket, data) {
      socket.send(data);
    },
  },
  "/headers": {
    protocols: ["chat"],
    origins: "any",
    open(socket) {
      const { headers, origin } = socket.request;
      const seen = [headers.get("x-one"), headers.get("cookie"), origin, socket.protocol];
      socket.send(`${seen.join(" ")} "${socket.extensions}"`);
    },
  },
  "/refused": { upgrade: () => new Response("Not today.", { status: 403 }) },
  "/error": { open: (socket) => socket.close(4001, "enough \u001b[2J") },
  "/large": { open: (socket) => void socket.send("x".repeat(100)) },
  "/feed": { open: (socket) => void socket.send("first") },
};

describe("trunkline connect", () => {
  let server: Server;
  before(async () => {
    server = await serve({ port: 0, routes, logger: {} });
  });
  after(() => server.close({ timeout: 0 }));
  const at = (path: string) => `:${server.port}${path}`;

  it("sends each line of a pipe, prints each answer, and ends", async (t) => {
    const { code, out, err } = await run(t, 'a\n{"b":1}\n/c', at("/echo"));
    assert.deepEqual([code, out.toString(), err], [0, 'a\n{"b":1}\n/c\n', ""]);
  });

  it("carries bytes through a pipe with --binary", async (t) => {
    const bytes = Buffer.from([0, 10, 13, 255]);
    const { code, out } = await run(t, bytes, at("/echo"), "--binary");
    assert.deepEqual([code, out], [0, bytes]);
  });

  it("does what --execute says, and shows binary messages as a dump", async (t) => {
    const folder = await makeFolder(t);
    const file = await folder.write("bytes", "");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(file, new Uint8Array([0xff, 0x41]));
    const lines = ["-x", "hi", "-x", "//hi", "-x", `/send ${file}`, "-x", "/close 1001 bye"];
    const { code, out, err } = await run(t, "not read", at("/echo"), ...lines);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out.toString(), /^hi\n\/hi\n00000000 {2}ff 41 +\|\.A\|\n$/);
  });

  it("sends headers, cookies, an origin and subprotocols", async (t) => {
    const options = ["-H", "X-One: 1", "--cookie", "a=1", "--cookie", "b=2", "-s", "chat"];
    const origin = ["-o", "https://example.com", "--no-compression", "-w", "forever"];
    const child = start(t, [at("/headers"), ...options, ...origin]);
    child.stdin?.end();
    const line = new Promise<string>((resolve) => child.stdout?.once("data", resolve));
    assert.equal(`${await line}`, '1 a=1; b=2 https://example.com chat ""\n');
  });

  it("tells a refused handshake with status and body, and exits with 1", async (t) => {
    const { code, out, err } = await run(t, "", at("/refused"));
    assert.deepEqual([code, out.length], [1, 0]);
    assert.match(
      err,
      /^trunkline: Could not connect to ws:\/\/localhost:\d+\/refused: .* 403 .*\.\nNot today\.\n$/,
    );
  });

  it("exits with 1 where nothing listens, with 2 for what cannot be sent", async (t) => {
    const [refused, protocol, header, file] = await Promise.all([
      run(t, "", "ws://127.0.0.1:1/"),
      run(t, "", at("/echo"), "-s", "a/b"),
      run(t, "", at("/echo"), "-H", "Upgrade: x"),
      run(t, "", at("/echo"), "-x", "/send /no/such/file"),
    ]);
    assert.deepEqual([refused.code, protocol.code, header.code, file.code], [1, 2, 2, 2]);
    assert.match(refused.err, /^trunkline: .*ECONNREFUSED.*\n$/);
    assert.match(protocol.err, /"a\/b" is not a subprotocol/);
    assert.match(header.err, /The header Upgrade belongs to the opening handshake/);
    assert.match(file.err, /cannot read \/no\/such\/file: it is not there\./);
  });

  it("exits with 3 when it is closed with an error, and shows no control character of the reason", async (t) => {
    const { code, err } = await run(t, "", at("/error"), "-w", "forever");
    assert.equal(code, 3);
    assert.equal(err, "trunkline: Closed by the server with 4001: enough \\x1b[2J\n");
  });

  it("closes with 1009 on a message above --max-message-size", async (t) => {
    const { code, err } = await run(
      t,
      "",
      at("/large"),
      "--max-message-size",
      "99",
      "-w",
      "forever",
    );
    assert.equal(code, 3);
    assert.match(err, /^trunkline: The connection failed: .*\n$/);
  });

  it("closes with 1000 on SIGINT", async (t) => {
    const closed = new Promise((resolve) => {
      const child = start(t, [at("/feed"), "-w", "forever"]);
      const ending = outcomeOf(child);
      child.stdout?.once("data", () => {
        const [socket] = [...server.sockets].filter(({ request }) => request.path === "/feed");
        child.kill("SIGINT");
        resolve(Promise.all([socket?.closed, ending]));
      });
    });
    const [info, { code, out }] = (await closed) as [{ code: number }, Outcome];
    assert.deepEqual([info.code, code, out.toString()], [1000, 0, "first\n"]);
  });

  it("ends when nobody reads its output any more", async (t) => {
    const child = start(t, [at("/echo")]);
    const ending = outcomeOf(child);
    child.stdin?.on("error", () => {});
    child.stdin?.write("a\n");
    child.stdout?.once("data", () => {
      child.stdout?.destroy();
      const more = (): void => {
        if (child.exitCode === null && child.stdin?.write("b\n")) setImmediate(more);
        else if (child.exitCode === null) child.stdin?.once("drain", more);
      };
      more();
    });
    assert.equal((await ending).code, 0);
  });

  it("trusts the certificates of --ca, or any with --insecure", async (t) => {
    const secure = await serve({
      port: 0,
      routes,
      logger: {},
      tls: { cert: CERTIFICATE, key: KEY },
    });
    t.after(() => secure.close({ timeout: 0 }));
    const folder = await makeFolder(t, { "ca.pem": CERTIFICATE, "key.pem": KEY });
    const url = `wss://localhost:${secure.port}/echo`;
    const [unknown, trusted, any, missing, wrong] = await Promise.all([
      run(t, "a", url),
      run(t, "a", url, "--ca", `${folder.path}/ca.pem`),
      run(t, "a", url, "--insecure"),
      run(t, "a", url, "--ca", `${folder.path}/none.pem`),
      run(t, "a", url, "--ca", `${folder.path}/key.pem`),
    ]);
    assert.match(unknown.err, /^trunkline: .*TLS with localhost failed: .*; --ca names/);
    assert.match(missing.err, /cannot read the certificates of --ca, .*none\.pem: it is not there/);
    assert.match(wrong.err, /the certificate .*key\.pem \(--ca\): it is not one in PEM form/);
    const codes = [unknown, trusted, any, missing, wrong].map(({ code }) => code);
    assert.deepEqual(codes, [1, 0, 0, 1, 1]);
    assert.deepEqual([trusted.out.toString(), any.out.toString()], ["a\n", "a\n"]);
  });
});
