/** The options that pywebsocket's standalone.py has too, each on the wire, with what goes wrong with it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, symlink } from "node:fs/promises";
import { request as requestTls } from "node:https";
import { connect as connectRaw } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "trunkline/client";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { CERTIFICATE, KEY, OTHER_CERTIFICATE, OTHER_KEY } from "./certificate.test.util.ts";
import {
  connect,
  fetchPath,
  portOf,
  runCommand,
  shakeHands,
  start,
} from "./running-command.test.util.ts";

const ECHO = "export default { message(socket, data) { socket.send(data); } };";
const basic = (text: string) => ({
  Authorization: `Basic ${Buffer.from(text).toString("base64")}`,
});

async function statuses(port: number, paths: readonly string[]): Promise<readonly number[]> {
  const answers = await Promise.all(paths.map((path) => shakeHands(port, path)));
  return answers.map(({ status }) => status);
}

/** The command fails to start: its code and its one line. */
async function fail(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  args: readonly string[],
) {
  const folder = await makeFolder(t, files);
  const { code, stderr } = await runCommand(t, folder.path, args).exit;
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
  return { code, stderr };
}

// ---- --config

const INI = `# as pywebsocket takes it
[pywebsocket]
server_host = 127.0.0.1
websock_handlers: h
log-level = debug
`;

test("--config reads pywebsocket's INI, and the command line wins", async (t) => {
  const files = { "py.ini": INI, "h/a.js": ECHO };
  const { command, port } = await start(t, files, ["--config", "py.ini", "--log-level", "info"]);
  assert.match(await command.line(/handlers {2}/), /\/a \(from h\)/);
  assert.match(command.output, /options {3}from py\.ini/);
  assert.deepEqual(await statuses(port, ["/a"]), [101]);
  assert.doesNotMatch(command.output, / debug /);
});

test("a trunkline.config.ts of the working directory is read without being named", async (t) => {
  const { command, port } = await start(t, {
    "trunkline.config.ts":
      'import { join } from "node:path";\nconst folder: string = join("my", "h");\nexport default { handlers: folder, console: false };',
    "trunkline.config.json": '{ "handlers": "other" }',
    "my/h/a.js": ECHO,
  });
  assert.match(await command.line(/options {3}from/), /trunkline\.config\.ts$/);
  assert.deepEqual(await statuses(port, ["/a", "/_trunkline/lessons/events"]), [101, 404]);
});

for (const [name, text, code, says] of [
  ["trunkline.config.json", '{ "prot": 1 }', 2, /config\.json: there is no option "prot"/],
  [
    "trunkline.config.js",
    "export default { port: '1' };",
    2,
    /config\.js: "port" must be a number/,
  ],
  ["trunkline.config.ts", "export default {", 1, /config\.ts:\d+:\d+: SyntaxError/],
] as const) {
  test(`${text} in ${name} ends the start with ${code} and a sentence`, async (t) => {
    const ended = await fail(t, { [name]: text }, []);
    assert.equal(ended.code, code);
    assert.match(ended.stderr, says);
  });
}

test("help needs no configuration file in order", async (t) => {
  const folder = await makeFolder(t, { "trunkline.config.json": "{" });
  const help = runCommand(t, folder.path, ["--help"]);
  assert.equal((await help.exit).code, 0);
});

// ---- -m, -s and links

test("-m adds aliases, which follow their handler, and skips lines that make no sense", async (t) => {
  const map = "/ /echo\n/one /\nno line at all\n/x /nothing\n";
  const files = { "handlers/echo.js": ECHO, "map.txt": map };
  const { command, folder, port } = await start(t, files, ["-m", "map.txt"]);
  assert.match(await command.line(/handlers {2}/), /\/, \/echo, \/one /);
  assert.match(command.output, /warn {2}map\.txt:3: .* the line is skipped/);
  assert.match(command.output, /error map\.txt:4: there is no handler at \/nothing/);
  assert.deepEqual(await statuses(port, ["/", "/one", "/echo", "/x"]), [101, 101, 101, 404]);
  await folder.write("handlers/nothing.js", ECHO);
  await command.line(/\/nothing loaded/);
  assert.deepEqual(await statuses(port, ["/x", "/nothing", "/one"]), [101, 101, 101]);
});

test("-m names a built-in echo too, and a map that cannot be read ends the start", async (t) => {
  const { port } = await start(t, { "map.txt": "/ /echo" }, ["-m", "map.txt"]);
  assert.deepEqual(await statuses(port, ["/"]), [101]);
  const { code, stderr } = await fail(t, {}, ["-m", "gone.txt"]);
  assert.equal(code, 1);
  assert.match(stderr, /the map file gone\.txt cannot be read: it is not there/);
});

test("-s looks below one folder only, under the same resources", async (t) => {
  const files = { "h/a.js": ECHO, "h/in/b.js": ECHO };
  const { port } = await start(t, files, ["-w", "h", "-s", "h/in"]);
  assert.deepEqual(await statuses(port, ["/a", "/in/b"]), [404, 101]);
});

for (const [args, says] of [
  [["-w", "h", "-s", "other"], /the folder to scan other \(-s\) is not in the handlers folder/],
  [["-w", "h", "-s", "gone"], /the folder to scan gone cannot be read: it is not there/],
  [["-s", "other"], /-s other finds nothing: there is no handlers folder/],
] as const) {
  test(`"${args.join(" ")}" ends the start with a sentence`, async (t) => {
    const { code, stderr } = await fail(t, { "h/a.js": ECHO, "other/b.js": ECHO }, args);
    assert.equal(code, 1);
    assert.match(stderr, says);
  });
}

test("a link out of the handlers folder is told and passed over, unless the option follows it", async (t) => {
  const outside = await makeFolder(t, { "out.js": ECHO });
  const files = { "handlers/a.js": ECHO };
  const folder = await makeFolder(t, files);
  await symlink(join(outside.path, "out.js"), join(folder.path, "handlers", "out.js"));
  const strict = runCommand(t, folder.path, ["-p", "0"]);
  assert.deepEqual(await statuses(await portOf(strict), ["/a", "/out"]), [101, 404]);
  assert.match(strict.output, /handlers\/out\.js is a link that leads out of the handlers folder/);
  const open = runCommand(t, folder.path, ["-p", "0", "--allow-handlers-outside-root-dir"]);
  assert.deepEqual(await statuses(await portOf(open), ["/a", "/out"]), [101, 101]);
});

test("paths with dot segments and odd encodings reach no handler but the one they name", async (t) => {
  const files = { "handlers/a.js": ECHO, "handlers/in/b.js": ECHO, "c.js": ECHO };
  const { command, port } = await start(t, files);
  const odd = [
    "/in/../a",
    "/in/%2e%2e/a",
    "/../c",
    "/%2e%2e/c",
    "/in%2fb",
    "/a%00",
    "/a%",
    "/%ff",
    "//a",
    "/a/",
    "/a.js",
    "/A",
  ];
  for (const status of await statuses(port, odd)) assert.ok(status === 404 || status === 400);
  assert.deepEqual(await statuses(port, ["/a", "/%61", "/a?x=/../"]), [101, 101, 101]);
  assert.doesNotMatch(command.output, /error/);
});

// ---- -V and -P

function openRaw(t: TestContext, port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectRaw(port, "127.0.0.1");
    t.after(() => socket.destroy());
    socket.once("error", reject);
    socket.once("data", (bytes: Buffer) =>
      resolve(bytes.toString("latin1").split("\r\n")[0] ?? ""),
    );
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
  });
}

test("-V and -P judge a target with a host, and leave others alone", async (t) => {
  const { command, port } = await start(t, {}, ["-V", "example.com", "-P", "8080"]);
  assert.match(await openRaw(t, port, "/echo"), / 101 /);
  assert.match(await openRaw(t, port, "ws://example.com:8080/echo"), / 101 /);
  assert.match(await openRaw(t, port, "ws://example.com/echo"), / 421 /);
  assert.match(await openRaw(t, port, "ws://elsewhere.example:8080/echo"), / 421 /);
  await command.line(/warn {2}refused ws:\/\/elsewhere\.example:8080\/echo .*421/);
});

// ---- --basic-auth

test("--basic-auth asks sockets, files and the console for the password", async (t) => {
  const files = { "handlers/a.js": ECHO, "public/x.txt": "x" };
  const args = ["-d", "public", "--basic-auth", "--basic-auth-credential", "ada:secret"];
  const { command, port } = await start(t, files, args);
  for (const path of ["/x.txt", "/", "/_trunkline/"]) {
    const { status, headers } = await fetchPath(port, path);
    assert.equal(status, 401, path);
    assert.match(headers["www-authenticate"] ?? "", /^Basic realm=/);
  }
  for (const path of ["/a", "/_trunkline/lessons/events"]) {
    const { status, headers } = await shakeHands(port, path);
    assert.equal(status, 401, path);
    assert.match(headers["www-authenticate"] ?? "", /^Basic realm=/);
  }
  assert.equal((await shakeHands(port, "/a", basic("ada:wrong"))).status, 401);
  await command.line(/warn {2}refused \/a from .*: 401, wrong user name or password/);
  assert.equal((await shakeHands(port, "/a", basic("ada:secret"))).status, 101);
  const file = await fetchPath(port, "/x.txt", { headers: basic("ada:secret") });
  assert.deepEqual([file.status, file.body], [200, "x"]);
});

test("the password that everybody knows is warned of where others can reach the server", async (t) => {
  const near = await start(t, {}, ["--basic-auth"]);
  assert.equal((await shakeHands(near.port, "/echo", basic("test:test"))).status, 101);
  assert.doesNotMatch(near.command.output, /everybody knows/);
  const far = await start(t, {}, ["--basic-auth", "-H", "0.0.0.0"]);
  await far.command.line(/warn {2}everybody knows test:test: .*--basic-auth-credential/);
});

// ---- certificates of clients

const TLS_FILES = {
  "key.pem": KEY,
  "cert.pem": CERTIFICATE,
  "handlers/who.js":
    "export default { upgrade(request) { const { subject } = request.raw.socket.getPeerX509Certificate() ?? {}; return { data: subject ?? 'nobody' }; }, message(socket) { socket.send(socket.data); } };",
};
const TLS = [
  "-t",
  "-k",
  "key.pem",
  "-c",
  "cert.pem",
  "--tls-client-auth",
  "--tls-client-ca",
  "cert.pem",
];
const TRUSTED = { ca: CERTIFICATE, key: KEY, cert: CERTIFICATE };
const FOREIGN = { ca: CERTIFICATE, key: OTHER_KEY, cert: OTHER_CERTIFICATE };

/** What a request over TLS is answered with; undefined when the connection ends without an answer. */
function askTls(t: TestContext, port: number, tls: object): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: "localhost", servername: "localhost", ...tls });
    t.after(() => socket.destroy());
    socket.once("data", (bytes: Buffer) => resolve(bytes.toString("latin1").split("\r\n")[0]));
    socket.on("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
    socket.write("GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n");
  });
}

test("--tls-client-auth lets in who has a certificate, and the handler sees whose it is", async (t) => {
  const { command, port } = await start(t, TLS_FILES, TLS);
  const { ask } = await connect(t, `wss://localhost:${port}/who`, TRUSTED);
  assert.equal(await ask("?"), "CN=localhost");
  assert.equal(await askTls(t, port, { ca: CERTIFICATE }), undefined);
  await command.line(/warn {2}refused a TLS connection: the client has no certificate/);
  assert.equal(await askTls(t, port, FOREIGN), undefined);
  await command.line(/warn {2}refused a TLS connection: the client's certificate is not trusted/);
});

test("--tls-client-cert-optional lets in who has none, and not who has a foreign one", async (t) => {
  const { command, port } = await start(t, TLS_FILES, [...TLS, "--tls-client-cert-optional"]);
  const url = `wss://localhost:${port}/who`;
  assert.equal(await (await connect(t, url, TRUSTED)).ask("?"), "CN=localhost");
  assert.equal(await (await connect(t, url, { ca: CERTIFICATE })).ask("?"), "nobody");
  assert.match((await askTls(t, port, FOREIGN)) ?? "", / 403 /);
  await command.line(/warn {2}refused \/who from .*: 403, its certificate is not trusted/);
  await assert.rejects(connect(t, url, FOREIGN));
});

const SHOW =
  '#!/bin/sh\nprintf "$1"\nenv | grep -E "^(HTTPS|SSL_[A-Z_]*(DN|VERIFY|CN|PROTOCOL))="\n';
const PYTHON = `def web_socket_do_extra_handshake(request):
    request.name = request.ssl_var_lookup("SSL_CLIENT_S_DN")


def web_socket_transfer_data(request):
    names = ("SSL_CLIENT_VERIFY", "SSL_CLIENT_S_DN_CN", "SSL_NONE")
    found = [request.is_https(), request.name] + [request.ssl_var_lookup(name) for name in names]
    request.ws_stream.send_message(" ".join(map(str, found)))
`;

test("Python handlers, executables and CGI know the client's certificate by Apache's names", async (t) => {
  const files = {
    ...TLS_FILES,
    "handlers/python_wsh.py": PYTHON,
    "handlers/program": SHOW,
    "p/cgi-bin/a.sh": SHOW.replace("$1", "Content-Type: text/plain\\n\\n"),
  };
  const args = [...TLS, "--tls-client-cert-optional", "--executables", "-d", "p", "-x", "cgi-bin"];
  const { port } = await start(t, files, args);
  const known = [
    "HTTPS=on",
    "SSL_CLIENT_I_DN=CN=localhost",
    "SSL_CLIENT_I_DN_CN=localhost",
    "SSL_CLIENT_S_DN=CN=localhost",
    "SSL_CLIENT_S_DN_CN=localhost",
    "SSL_CLIENT_VERIFY=SUCCESS",
    "SSL_PROTOCOL=TLSv1.3",
  ];
  const unknown = ["HTTPS=on", "SSL_CLIENT_VERIFY=NONE", "SSL_PROTOCOL=TLSv1.3"];
  for (const [tls, variables, said] of [
    [TRUSTED, known, "True CN=localhost SUCCESS localhost None"],
    [{ ca: CERTIFICATE }, unknown, "True None NONE None None"],
  ] as const) {
    assert.deepEqual(await hear(t, `wss://localhost:${port}/program`, tls), variables);
    assert.deepEqual(await hear(t, `wss://localhost:${port}/python`, tls), [said]);
    assert.deepEqual(await readTls(port, "/cgi-bin/a.sh", tls), variables);
  }
});

/** Every message until the close, sorted. */
function hear(t: TestContext, url: string, tls: object): Promise<readonly unknown[]> {
  const socket = new WebSocket(url, { tls });
  t.after(() => socket.close());
  const messages: unknown[] = [];
  socket.addEventListener("message", ({ data }) => messages.push(data));
  return new Promise((resolve) => {
    socket.addEventListener("close", () => resolve(messages.sort()));
  });
}

/** The lines of an answer over TLS, sorted. */
async function readTls(port: number, path: string, tls: object): Promise<readonly string[]> {
  const asked = requestTls({ host: "localhost", port, path, agent: false, ...tls }).end();
  const [response] = await once(asked, "response");
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return Buffer.concat(pieces).toString().trim().split("\n").sort();
}

test("an authority's file that holds no certificate ends the start", async (t) => {
  const args = TLS.with(-1, "key.pem");
  const { code, stderr } = await fail(t, TLS_FILES, args);
  assert.equal(code, 1);
  assert.match(stderr, /the certificate key\.pem \(--tls-client-ca\): it is not one in PEM form/);
});

// ---- the log

test("-l takes the log, with the day; the start lines stay", async (t) => {
  const { command, folder, port } = await start(t, {}, ["-l", "s.log"]);
  assert.match(command.output, /log {7}to s\.log/);
  await shakeHands(port, "/echo");
  command.kill("SIGINT");
  const { code, stderr } = await command.exit;
  assert.deepEqual([code, stderr], [0, ""]);
  const text = await readFile(join(folder.path, "s.log"), "utf8");
  assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info {2}open \/echo/m);
});

test("a log file that cannot be written ends the start", async (t) => {
  const { code, stderr } = await fail(t, { "logs/x": "" }, ["-p", "0", "-l", "logs"]);
  assert.equal(code, 1);
  assert.match(stderr, /^trunkline: the log file logs cannot be written: it is not a file$/m);
});

test("options without a meaning here are accepted, each with a line that says why", async (t) => {
  const args = ["--deflate-log-level=info", "--thread_monitor_interval_in_sec=3"];
  const { command, port } = await start(t, {}, [...args, "-q", "16"]);
  for (const name of ["deflate-log-level", "thread-monitor-interval-in-sec"]) {
    await command.line(new RegExp(`info {2}--${name} does nothing: `));
  }
  assert.deepEqual(await statuses(port, ["/echo"]), [101]);
});
