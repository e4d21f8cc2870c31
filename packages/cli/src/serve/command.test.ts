import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir } from "node:fs/promises";
import { request } from "node:http";
import { connect as connectRaw, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { CERTIFICATE, KEY, OTHER_KEY } from "./certificate.test.util.ts";
import {
  connect,
  fetchPath,
  portOf,
  runCommand,
  shakeHands,
  start,
} from "./running-command.test.util.ts";

const ECHO = "export default { message(socket, data) { socket.send(data); } };";
const answers = (text: string) =>
  `export default { message(socket: any): void { socket.send(${JSON.stringify(text)}); } };`;

test("in an empty folder the built-in echo answers, and the start says so", async (t) => {
  const { command, url, port } = await start(t, {});
  assert.match(await command.line(/built-in echo/), new RegExp(`ws://localhost:${port}/echo`));
  assert.match(command.output, /this machine only/);
  const { ask } = await connect(t, `${url}/echo`);
  assert.equal(await ask("hello"), "hello");
  assert.equal((await shakeHands(port, "/echo", { Origin: "null" })).status, 101);
  assert.equal((await shakeHands(port, "/echo", { Origin: "file://" })).status, 101);
});

// Without the option the first ping comes after 25 seconds.
test("--heartbeat is the time between pings", { timeout: 15_000 }, async (t) => {
  const { port } = await start(t, {}, ["--heartbeat", "0.1"]);
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const opening = request({ port, host: "127.0.0.1", path: "/echo", headers });
  opening.end();
  const [, socket, head] = await once(opening, "upgrade");
  t.after(() => socket.destroy());
  const bytes = head.length > 0 ? head : (await once(socket, "data"))[0];
  assert.equal(bytes[0], 0x89, "a Ping");
});

test("Ctrl-C closes every connection with 1001 and ends with code 0", async (t) => {
  const { command, url } = await start(t, {});
  const { closed } = await connect(t, `${url}/echo`);
  command.kill("SIGINT");
  assert.deepEqual(await closed, { code: 1001, wasClean: true });
  assert.equal((await command.exit).code, 0);
  assert.match(command.output, /Closing 1 connection;/);
});

test("SIGTERM ends it the same way, also with a handler's timer still running", async (t) => {
  const { command } = await start(t, { "handlers/a.js": `setInterval(() => {}, 1000); ${ECHO}` });
  command.kill("SIGTERM");
  assert.equal((await command.exit).code, 0);
});

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`a second ${signal} ends it at once with ${code}`, async (t) => {
    const { command, port } = await start(t, {});
    const silent = connectRaw(port, "127.0.0.1");
    t.after(() => silent.destroy());
    silent.write(
      "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await once(silent, "data");
    command.kill("SIGINT");
    await command.line(/Closing 1 connection;/);
    // What comes right after the first counts as the same: somebody impatient goes on pressing.
    const presses = setInterval(() => command.kill(signal), 100);
    t.after(() => clearInterval(presses));
    assert.equal((await command.exit).code, code);
  });
}

test("TypeScript and JavaScript handlers import trunkline in a folder that has nothing", async (t) => {
  const { command, url } = await start(t, {
    "handlers/ts.ts":
      'import { defineHandler, type ServerWebSocket } from "trunkline";\nexport default defineHandler({ message(socket: ServerWebSocket, data) { socket.send(["ts", data].join(" ")); } });',
    "handlers/js.js":
      'import { defineHandler } from "trunkline/server";\nexport default defineHandler({ message(socket, data) { socket.send(["js", data].join(" ")); } });',
    "handlers/common.cjs":
      'const { defineHandler } = require("trunkline");\nmodule.exports = defineHandler({ message(socket, data) { socket.send(["cjs", data].join(" ")); } });',
    "handlers/talk.mts":
      'export default async (socket: any) => { for await (const data of socket) socket.send(["talk", data].join(" ")); };',
  });
  assert.match(
    await command.line(/handlers {2}/),
    /\/common, \/js, \/talk, \/ts \(from handlers\)/,
  );
  for (const [path, reply] of [
    ["/ts", "ts x"],
    ["/js", "js x"],
    ["/common", "cjs x"],
    ["/talk", "talk x"],
  ]) {
    assert.equal(await (await connect(t, `${url}${path}`)).ask("x"), reply);
  }
  assert.doesNotMatch(command.output, /warning/i);
});

test("parameters and folders are resources", async (t) => {
  const { url } = await start(
    t,
    {
      "h/room/[name].ts":
        "export default { message(socket: any) { socket.send(socket.params.name); } };",
      "h/index.ts": answers("root"),
    },
    ["--websock_handlers", "h", "--server-host=127.0.0.1"],
  );
  assert.equal(
    await (await connect(t, `${url.replace("localhost", "127.0.0.1")}/room/blue`)).ask("?"),
    "blue",
  );
  assert.equal(
    await (await connect(t, `${url.replace("localhost", "127.0.0.1")}/`)).ask("?"),
    "root",
  );
});

test("a save while a connection is open changes new connections only", async (t) => {
  const { command, folder, url } = await start(t, { "handlers/echo.ts": answers("one") });
  const old = await connect(t, `${url}/echo`);
  assert.equal(await old.ask("?"), "one");
  await folder.write("handlers/echo.ts", answers("two"));
  await command.line(/\/echo loaded from handlers\/echo\.ts/);
  const young = await connect(t, `${url}/echo`);
  assert.equal(await young.ask("?"), "two");
  assert.equal(await old.ask("?"), "one");
});

test("a broken handler answers 503 until it is mended, and a later fault leaves the last good one", async (t) => {
  const { command, folder, port, url } = await start(t, {
    "handlers/a.ts": "export default {\n  message( {\n};",
    "handlers/b.ts": answers("b"),
  });
  assert.match(await command.line(/handlers\/a\.ts:\d+:\d+: SyntaxError/), /\/a answers 503/);
  const refused = await shakeHands(port, "/a", { Origin: "https://elsewhere.example" });
  assert.equal(refused.status, 503);
  assert.equal(await (await connect(t, `${url}/b`)).ask("?"), "b");

  await folder.write("handlers/a.ts", answers("a"));
  await command.line(/\/a loaded/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("?"), "a");

  await folder.write("handlers/a.ts", "export const nothing = 1;");
  assert.match(await command.line(/handlers\/a\.ts:1: no default export/), /last good version/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("?"), "a");
});

test("a handler with a hook that does not exist is told by its file", async (t) => {
  const { command } = await start(t, {
    "handlers/a.ts": "export default {\n message() {}, onOpen() {} };",
  });
  assert.match(await command.line(/onOpen/), /handlers\/a\.ts:1: .*\/a answers 503/);
});

test("a handler that throws is logged with its line, closes with 1011, and the others go on", async (t) => {
  const { command, url } = await start(t, {
    "handlers/a.ts":
      "type Unused = 1;\nexport default {\n  message(socket: any, data: string) {\n    if (data === 'fail') throw new Error('on purpose');\n    socket.send(data);\n  },\n};",
  });
  const good = await connect(t, `${url}/a`);
  const bad = await connect(t, `${url}/a`);
  bad.socket.send("fail");
  assert.equal((await bad.closed).code, 1011);
  await command.line(/error .*on purpose/);
  await command.line(/at .*handlers\/a\.ts:4:\d+/);
  assert.equal(await good.ask("still"), "still");
});

test("what a handler throws outside its hooks is logged, and the server goes on", async (t) => {
  const { command, url } = await start(t, {
    "handlers/a.ts":
      "export default {\n  open() {\n    setImmediate(() => { throw new Error('stray'); });\n    Promise.reject(new Error('unawaited'));\n  },\n  message(socket: any, data: string) { socket.send(data); },\n};",
  });
  const { ask } = await connect(t, `${url}/a`);
  await command.line(/error .*Error: stray/);
  await command.line(/error .*Error: unawaited/);
  assert.equal(await ask("still"), "still");
});

test("a foreign origin is refused and named, and --origins lets it in", async (t) => {
  const foreign = { Origin: "https://elsewhere.example" };
  const closed = await start(t, { "handlers/a.js": ECHO });
  assert.equal((await shakeHands(closed.port, "/a", foreign)).status, 403);
  await closed.command.line(/elsewhere\.example/);
  const open = await start(t, { "handlers/a.js": ECHO }, [
    "--origins",
    "https://elsewhere.example",
  ]);
  assert.equal((await shakeHands(open.port, "/a", foreign)).status, 101);
});

test("each connection is a line at info, and none at warn", async (t) => {
  const loud = await start(t, {});
  await connect(t, `${loud.url}/echo`);
  await loud.command.line(/^\d\d:\d\d:\d\d\.\d{3} info {2}open \/echo/);
  const quiet = await start(t, {}, ["--log-level", "warning"]);
  await connect(t, `${quiet.url}/echo`);
  quiet.command.kill("SIGINT");
  await quiet.command.exit;
  assert.doesNotMatch(quiet.command.output, /open \/echo/);
});

test("a GET goes to the file, then to the console, then to 426 or 404", async (t) => {
  const { port } = await start(
    t,
    { "handlers/echo.js": ECHO, "public/a.txt": "text", "public/echo.txt": "e" },
    ["-d", "public"],
  );
  const file = await fetchPath(port, "/a.txt");
  assert.deepEqual([file.status, file.body], [200, "text"]);
  const socket = await fetchPath(port, "/echo");
  assert.deepEqual([socket.status, socket.headers.upgrade], [426, "websocket"]);
  assert.equal((await fetchPath(port, "/nothing")).status, 404);
});

test("files of the handlers folder are not served, wherever it lies", async (t) => {
  const { port } = await start(
    t,
    { "index.html": "home", "handlers/echo.js": ECHO, "handlers/secret.txt": "s" },
    ["-d", "."],
  );
  assert.equal((await fetchPath(port, "/")).body, "home");
  assert.equal((await fetchPath(port, "/handlers/echo.js")).status, 404);
  assert.equal((await fetchPath(port, "/handlers/secret.txt")).status, 404);
});

test("the console's pages have sockets of their own, for pages of this origin, also after a save", async (t) => {
  const { command, folder, port, url } = await start(t, { "handlers/echo.ts": answers("one") });
  assert.match(await command.line(/^ {2}handlers /), /\/echo \(from handlers\)$/);
  await folder.write("handlers/echo.ts", answers("two"));
  await command.line(/\/echo loaded from handlers\/echo\.ts/);
  const path = "/_trunkline/lessons/events";
  assert.equal(await (await connect(t, `${url}${path}`)).ask("hello"), "hello");
  const foreign = { Origin: "https://elsewhere.example" };
  assert.equal((await shakeHands(port, path, foreign)).status, 403);
  assert.equal((await shakeHands(port, "/_trunkline/feed/control", foreign)).status, 403);
});

test("an end does not wait for a page's long poll or its server-sent events", async (t) => {
  const { command, port, url } = await start(t, {});
  const control = await connect(t, `${url}/_trunkline/feed/control`);
  const answer = JSON.parse(String(await control.ask('{"rate":0.1}')));
  const run = `?run=${answer.run}&after=1000`;
  const waiting = [
    fetchPath(port, `/_trunkline/feed/long-poll${run}`),
    fetchPath(port, `/_trunkline/feed/events${run}`),
  ];
  // Both have been asked when the report counts them.
  for (let counted = 0; counted < 2; ) {
    const { accounts } = JSON.parse(String(await control.ask('{"none":true}')));
    counted = (accounts?.longPoll.requests ?? 0) + (accounts?.events.requests ?? 0);
  }
  command.kill("SIGINT");
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status, body }) => [status, body]),
    [
      [200, "[]"],
      [200, ""],
    ],
  );
  assert.equal((await command.exit).code, 0);
});

test("--no-console removes the console, and what its pages need", async (t) => {
  const { port, command } = await start(t, {}, ["--no-console"]);
  assert.equal((await shakeHands(port, "/_trunkline/lessons/events")).status, 404);
  assert.equal((await fetchPath(port, "/_trunkline/")).status, 404);
  assert.equal((await fetchPath(port, "/")).status, 404);
  assert.doesNotMatch(command.output, /console/);
});

test("-t serves https and wss with the key and the certificate", async (t) => {
  const { url, command } = await start(t, { "key.pem": KEY, "cert.pem": CERTIFICATE }, [
    "-t",
    "-k",
    "key.pem",
    "-c",
    "cert.pem",
  ]);
  assert.match(command.output, /listens on https:\/\/localhost:\d+/);
  const { ask } = await connect(t, `${url.replace("ws:", "wss:")}/echo`, { ca: CERTIFICATE });
  assert.equal(await ask("secret"), "secret");
});

interface Fault {
  readonly args: readonly string[];
  readonly code: 1 | 2;
  readonly says: RegExp;
}

const files = {
  "key.pem": KEY,
  "other.pem": OTHER_KEY,
  "cert.pem": CERTIFICATE,
  "text.pem": "no key",
  "file.txt": "",
};

const faults: readonly Fault[] = [
  { args: ["-w", "gone"], code: 1, says: /handlers folder gone .*it is not there; make it/ },
  { args: ["-w", "file.txt"], code: 1, says: /handlers folder file\.txt is not a folder/ },
  { args: ["-d", "gone"], code: 1, says: /document root gone .*it is not there/ },
  { args: ["-t"], code: 2, says: /TLS \(-t\) needs its private key \(-k\)/ },
  { args: ["-t", "-k", "key.pem"], code: 2, says: /TLS \(-t\) needs its certificate \(-c\)/ },
  {
    args: ["-t", "-k", "gone.pem", "-c", "cert.pem"],
    code: 1,
    says: /private key gone\.pem: it is not there/,
  },
  {
    args: ["-t", "-k", "key.pem", "-c", "gone.pem"],
    code: 1,
    says: /certificate gone\.pem: it is not there/,
  },
  {
    args: ["-t", "-k", "text.pem", "-c", "cert.pem"],
    code: 1,
    says: /private key text\.pem: it is not in PEM form/,
  },
  {
    args: ["-t", "-k", "cert.pem", "-c", "key.pem"],
    code: 1,
    says: /private key cert\.pem: it is a certificate, which goes to -c/,
  },
  {
    args: ["-t", "-k", "key.pem", "-c", "other.pem"],
    code: 1,
    says: /certificate other\.pem: it is a private key, which goes to -k/,
  },
  {
    args: ["-t", "-k", "other.pem", "-c", "cert.pem"],
    code: 1,
    says: /other\.pem with the certificate cert\.pem: they do not belong together/,
  },
  {
    args: ["-H", "no.such.host.invalid"],
    code: 1,
    says: /no\.such\.host\.invalid is no address of this machine/,
  },
  { args: ["-k", "key.pem"], code: 2, says: /add -t/ },
  { args: ["--prot", "1"], code: 2, says: /no option "--prot"\. Did you mean --port\?/ },
  { args: ["-p", "70000"], code: 2, says: /"70000".*0 to 65535/ },
  { args: ["-p", "1e3"], code: 2, says: /"1e3".*0 to 65535/ },
  { args: ["-p"], code: 2, says: /-p, --port needs its <number> behind it\.$/m },
  { args: ["--log-level", "loud"], code: 2, says: /"loud".*error, warn, info, debug/ },
  { args: ["--origins", "any,https://a.example"], code: 2, says: /"any" stands alone/ },
  { args: ["--origins", "a.example"], code: 2, says: /--origins cannot be "a\.example": .*https:/ },
  { args: ["--trust-proxy", "everyone"], code: 2, says: /everyone/ },
  { args: ["--origins", ","], code: 2, says: /--origins cannot be ",": it is empty/ },
  { args: ["serve", "now"], code: 2, says: /takes options only/ },
  { args: ["sreve"], code: 2, says: /no command "sreve"\. Did you mean "serve"\?/ },
];

for (const { args, code, says } of faults) {
  test(`"trunkline ${args.join(" ")}" ends with ${code} and a sentence`, async (t) => {
    const folder = await makeFolder(t, files);
    const ended = await runCommand(t, folder.path, args).exit;
    assert.match(ended.stderr, says);
    assert.equal(ended.stderr.trim().split("\n").length, 1, ended.stderr);
    assert.equal(ended.code, code);
  });
}

test("a port that is taken on either address family ends it with 1 and a sentence", async (t) => {
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.after(() => holder.close());
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const folder = await makeFolder(t, { "handlers/a.js": `setInterval(() => {}, 1000); ${ECHO}` });
  const ended = await runCommand(t, folder.path, ["-p", String(address.port)]).exit;
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /^trunkline: port \d+ on \S+ is taken: .* -p\n$/);
});

test("a bug at the start is shown, and ends it", { timeout: 15_000 }, async (t) => {
  const folder = await makeFolder(t, {
    "bug.mjs":
      'import { Server } from "node:net";\nServer.prototype.listen = () => { throw new Error("a bug"); };',
    "handlers/a.js": ECHO,
  });
  const NODE_OPTIONS = "--import ./bug.mjs";
  const ended = await runCommand(t, folder.path, ["-p", "0"], { NODE_OPTIONS }).exit;
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /^Error: a bug\n {4}at /);
});

test("a key without permission is told", { skip: process.getuid?.() === 0 }, async (t) => {
  const folder = await makeFolder(t, files);
  await chmod(join(folder.path, "key.pem"), 0o000);
  const args = ["-t", "-k", "key.pem", "-c", "cert.pem"];
  const ended = await runCommand(t, folder.path, args).exit;
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /private key key\.pem: no permission/);
});

for (const [args, says] of [
  [["-w", "shut"], /the handlers folder .*shut cannot be read: no permission/],
  [["-d", "shut"], /the document root shut cannot be read: no permission/],
  [["--config", "shut.json"], /the configuration file shut\.json cannot be read: no permission/],
] as const) {
  const isRoot = process.getuid?.() === 0; // may everything
  test(`"${args.join(" ")}" without permission is told`, { skip: isRoot }, async (t) => {
    const folder = await makeFolder(t, { "shut/a.js": ECHO, "shut.json": "{}" });
    for (const name of ["shut", "shut.json"]) await chmod(join(folder.path, name), 0o000);
    const ended = await runCommand(t, folder.path, [...args]).exit;
    await chmod(join(folder.path, "shut"), 0o700); // so that it can be removed
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, says);
  });
}

test("a configuration file that never finishes loading is told", async (t) => {
  const folder = await makeFolder(t, {
    "trunkline.config.ts": "await new Promise(() => {}); export default {};",
  });
  const ended = await runCommand(t, folder.path, []).exit;
  assert.equal(ended.code, 1);
  const says = /^trunkline: trunkline\.config\.ts does not finish loading: .* top-level await.*\n$/;
  assert.match(ended.stderr, says);
});

test("help names -p, -w and -d first, and --version is the package's", async (t) => {
  const folder = await makeFolder(t);
  const help = runCommand(t, folder.path, ["--help"]);
  assert.equal((await help.exit).code, 0);
  const order = ["--port", "--handlers", "--document-root", "--host"].map((name) =>
    help.output.indexOf(name),
  );
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.ok(!order.includes(-1));
  const version = runCommand(t, folder.path, ["--version"]);
  assert.equal((await version.exit).code, 0);
  assert.match(version.output, /^\d+\.\d+\.\d+\n$/);
  const ofServe = runCommand(t, folder.path, ["serve", "--version"]);
  assert.equal((await ofServe.exit).code, 0);
  assert.equal(ofServe.output, version.output);
});

test("an empty handlers folder serves what comes into it", async (t) => {
  const folder = await makeFolder(t);
  await mkdir(join(folder.path, "handlers"));
  const command = runCommand(t, folder.path, ["-p", "0"]);
  const port = await portOf(command);
  await command.line(/none yet in handlers/);
  assert.equal((await shakeHands(port, "/new")).status, 404);
  await folder.write("handlers/new.ts", answers("new"));
  await command.line(/\/new loaded/);
  assert.equal(await (await connect(t, `ws://localhost:${port}/new`)).ask("?"), "new");
});
