import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { childrenOf, hasProcessTable, isRunning } from "../processes/processes.test.util.ts";
import { echoLoad } from "./load.test.util.ts";
import { connect, shakeHands, start } from "./running-command.test.util.ts";

const serve = (
  t: TestContext,
  files: Readonly<Record<string, string>>,
  environment?: Readonly<Record<string, string>>,
) => start(t, files, ["-w", "h"], environment);

const ACCEPT = "def web_socket_do_extra_handshake(request):\n    pass\n";
const answers = (expression: string) => `from mod_pywebsocket import msgutil
${ACCEPT}def web_socket_transfer_data(request):
    while True:
        message = msgutil.receive_message(request)
        if message is None:
            return
        msgutil.send_message(request, ${expression})
`;
const TS = "export default { message(socket: any): void { socket.send('ts'); } };";

test("a Python handler serves beside one in TypeScript, and a save reloads it", async (t) => {
  const { command, folder, url } = await serve(t, {
    "h/a_wsh.py": answers("'one ' + message"),
    "h/sub/deep_wsh.py": answers("request.ws_resource"),
    "h/b.ts": TS,
  });
  assert.match(await command.line(/handlers {2}/), /\/a, \/b, \/sub\/deep \(from h\)/);
  const old = await connect(t, `${url}/a`);
  assert.equal(await old.ask("x"), "one x");
  assert.equal(await (await connect(t, `${url}/b`)).ask("x"), "ts");
  assert.equal(await (await connect(t, `${url}/sub/deep?q`)).ask("x"), "/sub/deep?q");
  await folder.write("h/a_wsh.py", answers("'two ' + message"));
  await command.line(/\/a loaded from h\/a_wsh\.py/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("x"), "two x");
  assert.equal(await old.ask("x"), "one x");
  await folder.write("h/a_wsh.py", "def f(:\n");
  assert.match(await command.line(/h\/a_wsh\.py:1: SyntaxError/), /the last good version goes on/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("x"), "two x");
});

test("a save of a helper reloads the handlers that import it", async (t) => {
  const { command, folder, url } = await serve(t, {
    "h/a_wsh.py": `from _helper import WORD\n${answers("WORD")}`,
    "h/_helper.py": "WORD = 'one'\n",
  });
  assert.equal(await (await connect(t, `${url}/a`)).ask("?"), "one");
  await folder.write("h/_helper.py", "WORD = 'another'\n");
  await command.line(/\/a loaded/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("?"), "another");
});

test("a syntax error is a line with file and line, 503 for its resource, and the others serve", async (t) => {
  const { command, folder, port, url } = await serve(t, {
    "h/bad_wsh.py": "x = 1\ndef f(:\n",
    "h/good_wsh.py": answers("message"),
  });
  await command.line(
    /error h\/bad_wsh\.py:2: SyntaxError: .*; \/bad answers 503 until it is mended/,
  );
  assert.equal((await shakeHands(port, "/bad")).status, 503);
  assert.equal(await (await connect(t, `${url}/good`)).ask("x"), "x");
  await folder.write("h/bad_wsh.py", answers("message"));
  await command.line(/\/bad loaded/);
  assert.equal(await (await connect(t, `${url}/bad`)).ask("x"), "x");
});

test("of two files for one resource TypeScript serves, and the line names both", async (t) => {
  const { command, url } = await serve(t, { "h/a.ts": TS, "h/a_wsh.py": answers("message") });
  await command.line(/h\/a_wsh\.py answers \/a, which a\.ts answers already; a\.ts serves/);
  assert.equal(await (await connect(t, `${url}/a`)).ask("x"), "ts");
});

test("without Python there is one line, 503 for its handlers, and the others serve", async (t) => {
  const files = { "h/a_wsh.py": answers("message"), "h/b_wsh.py": "", "h/c.ts": TS };
  const { command, port, url } = await serve(t, files, { PATH: "" });
  await command.line(/error python3 is not on the PATH: Python handlers/);
  assert.equal((await shakeHands(port, "/a")).status, 503);
  assert.equal((await shakeHands(port, "/b")).status, 503);
  assert.equal(await (await connect(t, `${url}/c`)).ask("x"), "ts");
  assert.equal(command.output.match(/ error /g)?.length, 1);
});

test("a foreign origin is refused as everywhere", async (t) => {
  const { port } = await serve(t, { "h/a_wsh.py": answers("message") });
  assert.equal((await shakeHands(port, "/a", { Origin: "https://elsewhere.example" })).status, 403);
  assert.equal((await shakeHands(port, "/a")).status, 101);
});

test("a worker that is killed closes with 1011, is logged, and comes back", {
  skip: !hasProcessTable,
}, async (t) => {
  const { command, url } = await serve(t, { "h/a_wsh.py": answers("message"), "h/b.ts": TS });
  const python = await connect(t, `${url}/a`);
  const other = await connect(t, `${url}/b`);
  const [pid = 0] = childrenOf(command.pid);
  process.kill(pid, "SIGKILL");
  assert.deepEqual(await python.closed, { code: 1011, wasClean: true });
  await command.line(
    /error the Python worker ended by SIGKILL; its connections \(1\) are closed with 1011, and it starts again in 1 s/,
  );
  assert.equal(await other.ask("x"), "ts");
  assert.equal(await (await connectWhenUp(t, `${url}/a`)).ask("x"), "x");
});

test("200 connections to a Python handler keep their order, and no process is left", {
  skip: !hasProcessTable,
}, async (t) => {
  const { command, url } = await serve(t, { "h/echo_wsh.py": answers("message") });
  const [pid = 0] = childrenOf(command.pid);
  await echoLoad(`${url}/echo`, { connections: 200, messages: 50 });
  assert.deepEqual(childrenOf(command.pid), [pid]);
  command.kill("SIGINT");
  assert.equal((await command.exit).code, 0);
  assert.ok(!isRunning(pid));
});

/** It is refused until the worker runs again. */
async function connectWhenUp(t: TestContext, url: string) {
  for (;;) {
    const client = await connect(t, url).catch(() => undefined);
    if (client) return client;
  }
}
