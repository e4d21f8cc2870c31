// The built command as a process, against the library's server.
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { type ServeOptions, type Server, serve } from "trunkline/server";
import { CERTIFICATE, KEY } from "../serve/certificate.test.util.ts";
import { type RunningCommand, runCommand } from "../serve/running-command.test.util.ts";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { benchCommand } from "./command.ts";

const echo: NonNullable<ServeOptions["routes"]>[string] = {
  message(socket, data) {
    socket.send(data);
  },
};

let messages = 0;
let counted = 0;
let onMany = (): void => {};
const routes: ServeOptions["routes"] = {
  "/echo": echo,
  "/greets": { ...echo, open: (socket) => void socket.send("welcome") },
  "/counted": {
    message(socket, data) {
      socket.send(data);
      if (++counted === 10_000) onMany();
    },
  },
  "/closes": { message: (socket) => socket.close(4000, "no\u001b[2J") },
  "/tires": {
    message(socket, data) {
      if (++messages === 50) socket.close(1011);
      else socket.send(data);
    },
  },
  "/headers": {
    upgrade: ({ headers }) =>
      headers.get("x-key") === "1" ? undefined : new Response("No key.", { status: 401 }),
    ...echo,
  },
};

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

describe("trunkline bench", () => {
  let server: Server;
  before(async () => {
    server = await serve({ port: 0, routes, logger: {} });
  });
  after(() => server.close({ timeout: 0 }));

  function start(t: TestContext, path: string, args: readonly string[]): RunningCommand {
    const short = ["-c", "5", "-d", "0.2", "--warm-up", "0"];
    return runCommand(t, "/", ["bench", `:${server.port}${path}`, ...short, ...args]);
  }

  async function run(t: TestContext, path: string, ...args: readonly string[]): Promise<Outcome> {
    const command = start(t, path, args);
    const { code } = await command.exit;
    return { code, output: command.output };
  }

  it("tells throughput, latency and what the server used", async (t) => {
    const { code, output } = await run(t, "/echo", "-f", "2");
    assert.equal(code, 0, output);
    const [head, ...lines] = output.trimEnd().split("\n");
    assert.match(
      `${head}`,
      /^ws:\/\/localhost:\d+\/echo: 5 connections, 2 in flight on each, 64 bytes of text, compressed/,
    );
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)[0]),
      ["opened", "handshake", "messages", "latency", "server", "this side"],
    );
    if (process.platform === "linux")
      assert.match(output, new RegExp(`process ${process.pid}: .* µs`));
  });

  it("prints JSON alone", async (t) => {
    const { code, output } = await run(t, "/echo", "--json", "--binary", "-n", "300", "-r", "500");
    const { load, messages: told, latency } = JSON.parse(output);
    assert.deepEqual([code, load.rate, load.message], [0, 500, { bytes: 300, kind: "binary" }]);
    assert.ok(told.answered > 0 && told.unanswered === 0 && latency.p50 > 0, output);
  });

  it("measures for as long as it was told, however long its look at the server takes", async (t) => {
    const many = Array.from({ length: 2000 }, () => ["--pid", String(process.pid)]).flat();
    const { code, output } = await run(t, "/echo", "--json", "-d", "0.5", ...many);
    assert.equal(code, 0, output);
    const { milliseconds } = JSON.parse(output).messages;
    assert.ok(milliseconds > 250, `${milliseconds}`);
  });

  it("is not confused by a greeting", async (t) => {
    assert.equal((await run(t, "/greets")).code, 0);
  });

  it("sends the headers that a server asks for", async (t) => {
    const [refused, taken] = await Promise.all([
      run(t, "/headers"),
      run(t, "/headers", "-H", "X-Key: 1", "--no-compression"),
    ]);
    assert.equal(refused.code, 1);
    assert.match(
      refused.output,
      /^trunkline: Could not connect to .* 401 Unauthorized\.\nNo key\.\n$/,
    );
    assert.equal(taken.code, 0);
    assert.doesNotMatch(taken.output, /compressed/);
  });

  it("works over TLS", async (t) => {
    const tls = await serve({ port: 0, routes, logger: {}, tls: { cert: CERTIFICATE, key: KEY } });
    t.after(() => tls.close({ timeout: 0 }));
    const args = ["-k", "-c", "2", "-d", "0.1", "--warm-up", "0"];
    const command = runCommand(t, "/", ["bench", `wss://localhost:${tls.port}/echo`, ...args]);
    assert.equal((await command.exit).code, 0, command.output);
  });

  it("says so when the server closes in the place of an answer", async (t) => {
    const { code, output } = await run(t, "/closes");
    assert.equal(code, 1);
    assert.match(
      output,
      /^trunkline: .* did not answer a message, .* Closed by the server with 4000: no\\x1b\[2J\n$/,
    );
  });

  it("tells of connections that the server ended, and exits with 1", async (t) => {
    messages = 0;
    const { code, output } = await run(t, "/tires");
    assert.equal(code, 1);
    assert.match(output, /\nThe server ended 1 connection: 1 with 1011\.\n$/);
  });

  it("tells what it has when it is interrupted", async (t) => {
    const underWay = new Promise<void>((resolve) => {
      onMany = resolve;
    });
    const command = start(t, "/counted", ["-d", "100"]);
    await underWay;
    command.kill("SIGINT");
    const { code } = await command.exit;
    assert.equal(code, 0, command.output);
    assert.match(command.output, /\nmessages +[\d,]+ answered in /);
  });

  it("ends in a sentence when it is interrupted before it has begun", async () => {
    const outcome = benchCommand([`:${server.port}/echo`], {
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      environment: {},
    });
    process.emit("SIGINT");
    await assert.rejects(outcome, { exitCode: 1, message: /^interrupted before/ });
  });

  it("refuses what it cannot do in a sentence", async (t) => {
    const folder = await makeFolder(t);
    const outcomes = await Promise.all([
      run(t, "/nowhere"),
      run(t, "/echo", "--pid", "1073741824"),
      run(t, "/echo", "-s", "a/b"),
      run(t, "/echo", "--ca", `${folder.path}/none.pem`),
    ]);
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [1, 2, 2, 1],
    );
    for (const { output } of outcomes)
      assert.match(output, /^trunkline: [^\n]+\n(No handler[^\n]+\n)?$/);
    assert.match(`${outcomes[1]?.output}`, /--pid 1073741824: there is no such process/);
  });
});
