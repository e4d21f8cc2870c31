/**
 * `trunkline serve` behind real web servers, with the configurations of docs/proxies.md. Each has two
 * servers behind it: one that believes the proxy and pings often, one that does neither.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { WebSocket } from "trunkline";
import WsWebSocket from "ws";
import { portOf, runCommand } from "../packages/cli/dist/serve/running-command.test.util.js";
import { cert } from "../packages/trunkline/dist/testing/certificate.test.util.js";
import { assertSame, Talk } from "./support/events.mjs";
import { BINARIES, TEXTS } from "./support/payloads.mjs";
import { findProgram, freePorts, PROXIES, startProxy } from "./support/proxies.mjs";

const page = `<!doctype html><title>page</title>${"<p>text</p>".repeat(20_000)}`;
const files = {
  "handlers/echo.mjs": "export default { message: (socket, data) => socket.send(data) };",
  "handlers/who.mjs": `export default {
    open(socket) {
      const { url, remoteAddress } = socket.request;
      socket.send(JSON.stringify({ url: String(url), remoteAddress }));
    },
  };`,
  "public/index.html": page,
  "public/folder/index.html": "in the folder",
};

function makeFolder(context) {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-behind-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A server that can be started again on its port. */
async function startBehind(context, folder, ...more) {
  const [port] = await freePorts(1);
  const start = async () => {
    const command = runCommand(context, folder, ["-p", port, "-d", "public", ...more].map(String));
    assert.equal(await portOf(command), port);
    return command;
  };
  return { port, start, command: await start() };
}

/** Such as a browser of another machine would be: its address is not the proxy's. */
const clientAddress = "127.0.0.5";

function connectFrom(url, headers = {}) {
  const options = { headers, localAddress: clientAddress, family: 4, ca: cert };
  return new WsWebSocket(url, options);
}

function connect(url, options = {}) {
  return Talk.open(new WebSocket(url, { tls: { ca: cert }, ...options }));
}

/** The status that a page of this origin gets, 101 when it may connect. */
async function statusFor(url, origin) {
  const socket = connectFrom(url, { Origin: origin });
  socket.on("error", () => {});
  const [status] = await Promise.race([
    once(socket, "open").then(() => [101]),
    once(socket, "unexpected-response").then(([, response]) => [response.statusCode]),
  ]);
  socket.terminate();
  return status;
}

const pageOf = (url) => url.replace(/^ws/, "http");
const ownOrigin = (url) => new URL(pageOf(url)).origin;

async function whoIs(url, headers) {
  const talk = await Talk.open(connectFrom(`${url}/who`, headers));
  const told = JSON.parse(await talk.messages.next());
  talk.socket.close();
  return told;
}

async function assertTalks(url) {
  const talk = await connect(`${url}/echo`);
  assert.match(talk.socket.extensions, /^permessage-deflate/);
  for (const message of [...TEXTS, ...BINARIES]) assertSame(await talk.ask(message), message);
  talk.socket.close(1000, "done");
  assert.deepEqual(await talk.closed, { code: 1000, reason: "done", wasClean: true });
}

async function assertServesPages(url) {
  const whole = await fetch(`${pageOf(url)}/`);
  assert.equal(await whole.text(), page);
  const folder = await fetch(`${pageOf(url)}/folder`);
  assert.deepEqual([folder.url, await folder.text()], [`${pageOf(url)}/folder/`, "in the folder"]);
  const socket = await fetch(`${pageOf(url)}/echo`);
  assert.equal(socket.status, 426);
}

/** What a client may write to be taken for another. */
const forged = {
  Forwarded: "for=192.0.2.1;host=evil.example;proto=http",
  "X-Forwarded-For": "192.0.2.1",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Proto": "http",
};

/** What pages of our own origin get when the proxy is left to its defaults, unbelieved and believed. */
const ownPagesByDefault = {
  nginx: [403, 403],
  "Apache httpd": [403, 101],
  HAProxy: [101, 101],
  Caddy: [101, 101],
};

async function testBehind(context, proxy) {
  const folder = makeFolder(context);
  const [believing, plain] = await Promise.all([
    startBehind(context, folder, "--trust-proxy", "127.0.0.1", "--heartbeat", "0.5"),
    startBehind(context, folder, "--heartbeat", "0"),
  ]);
  const behind = { behind: believing.port, behindPath: plain.port };
  const hasty = { ...behind, changes: [proxy.bare, proxy.hurry] };
  const [documented, bare] = await Promise.all([
    startProxy(context, proxy, behind),
    startProxy(context, proxy, hasty),
  ]);

  for (const [where, url] of Object.entries(documented)) {
    await context.test(`messages of all sizes come and go, compressed, by ${where}`, () =>
      assertTalks(url),
    );
  }

  await context.test("pages, files and redirects come through, below a path too", async () => {
    await assertServesPages(documented.http);
    await assertServesPages(documented.path);
    const pages = await fetch(`${pageOf(documented.http)}/_trunkline/`);
    assert.match(await pages.text(), /_trunkline/);
  });

  await context.test("our own pages connect, others get 403, believed or not", async () => {
    for (const url of Object.values(documented)) {
      assert.equal(await statusFor(`${url}/echo`, ownOrigin(url)), 101);
      assert.equal(await statusFor(`${url}/echo`, "https://evil.example"), 403);
    }
  });

  await context.test("its defaults do to Host what the documentation says", async () => {
    const statuses = [bare.path, bare.http].map((url) => statusFor(`${url}/echo`, ownOrigin(url)));
    assert.deepEqual(await Promise.all(statuses), ownPagesByDefault[proxy.name]);
    assert.equal(await statusFor(`${bare.http}/echo`, "https://evil.example"), 403);
  });

  await context.test("a server that believes it knows the client and its scheme", async () => {
    for (const url of [documented.http, documented.https]) {
      const expected = { url: `${url}/who`, remoteAddress: clientAddress };
      assert.deepEqual(await whoIs(url), expected);
      assert.deepEqual(await whoIs(url, forged), expected, "whatever the client writes itself");
    }
  });

  await context.test("a server that does not, below a path, sees the proxy", async () => {
    const { url, remoteAddress } = await whoIs(documented.path, forged);
    assert.equal(url, `${new URL(documented.path).origin}/who`);
    assert.equal(remoteAddress, "127.0.0.1");
  });

  await context.test("a quiet socket lives by the heartbeat, and dies without", async () => {
    const kept = await connect(`${bare.http}/echo`, { heartbeat: 0 });
    const lost = await connect(`${bare.path}/echo`, { heartbeat: 0 });
    assert.equal((await lost.closed).code, 1006);
    assert.equal(await Promise.race([kept.ask("still here"), kept.closed]), "still here");
    kept.socket.close();
  });

  await context.test("a server that drains says so to the client", async () => {
    const talks = await Promise.all([documented.http, documented.https].map(connectEcho));
    believing.command.kill("SIGTERM");
    for (const { closed } of talks) {
      assert.deepEqual(await closed, { code: 1001, reason: "", wasClean: true });
    }
    assert.equal((await believing.command.exit).code, 0);
  });

  await context.test("after a restart, and an attempt before it, new sockets open", async () => {
    await assert.rejects(connectEcho(documented.http));
    const again = await believing.start();
    const talk = await connectEcho(documented.http);
    assert.equal(await talk.ask("hello again"), "hello again");
    again.kill("SIGKILL");
    assert.deepEqual(await talk.closed, { code: 1006, reason: "", wasClean: false });
    await again.exit;
    await believing.start();
    const last = await connectEcho(documented.http);
    assert.equal(await last.ask("and again"), "and again");
    last.socket.close();
    await last.closed;
  });
}

function connectEcho(url) {
  return connect(`${url}/echo`);
}

// Side by side: most of it waits until a proxy finds a socket quiet, or a server gone.
describe("trunkline serve", { concurrency: true }, () => {
  for (const proxy of PROXIES) {
    const isMissing = findProgram(proxy) === undefined && process.env.CI !== "true";
    const skip = isMissing && `${proxy.program} is not installed`;
    // Ended here and not by the runner, which would leave the proxies running.
    test(`behind ${proxy.name}`, { skip, timeout: 60_000 }, (context) =>
      testBehind(context, proxy),
    );
  }
});
