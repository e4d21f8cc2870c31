import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { WebSocket } from "trunkline/client";
import {
  childrenOf,
  hasProcessTable,
  isRunning,
  untilTrue,
} from "../processes/processes.test.util.ts";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { echoLoad } from "./load.test.util.ts";
import { connect, portOf, runCommand, shakeHands, start } from "./running-command.test.util.ts";

const serve = (
  t: TestContext,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
) => start(t, files, ["-w", ".", "--executables", ...args], { SECRET: "of the server" });

const ECHO = '#!/bin/sh\nwhile IFS= read -r line; do echo "$line"; done\n';

test("a line out is a message, a message is a line in, and the end of the process closes with 1000", async (t) => {
  const { url } = await serve(t, {
    "greet.sh": '#!/bin/sh\necho ready\nread -r name\necho "hello $name"\nprintf "no newline"\n',
  });
  const { socket, closed } = await connect(t, `${url}/greet`);
  const got: unknown[] = [];
  socket.addEventListener("message", ({ data }) => {
    if (got.push(data) === 1) socket.send("wörld");
  });
  assert.deepEqual(await closed, { code: 1000, wasClean: true });
  assert.deepEqual(got, ["ready", "hello wörld", "no newline"]);
});

for (const [name, script, log] of [
  ["an exit code", "echo oops >&2\nexit 3", /warn {2}bad\.sh ended with exit code 3/],
  ["a signal", "echo oops >&2\nkill -KILL $$", /warn {2}bad\.sh ended by SIGKILL/],
] as const) {
  test(`${name} closes with 1011, and the log has it and what was said`, async (t) => {
    const { url, command } = await serve(t, { "bad.sh": `#!/bin/sh\n${script}\n` });
    const { closed } = await connect(t, `${url}/bad`);
    assert.deepEqual(await closed, { code: 1011, wasClean: true });
    await command.line(/info {2}bad\.sh: oops/);
    await command.line(log);
  });
}

test("the environment is CGI's, and not the server's", async (t) => {
  const { url } = await serve(t, { "a/env.sh": "#!/bin/sh\nenv\npwd\n" });
  const { socket, closed } = await connect(t, `${url}/a/env?x=1`);
  const lines: string[] = [];
  socket.addEventListener("message", ({ data }) => lines.push(String(data)));
  await closed;
  for (const line of ["QUERY_STRING=x=1", "SCRIPT_NAME=/a/env", "GATEWAY_INTERFACE=CGI/1.1"]) {
    assert.ok(lines.includes(line), lines.join("\n"));
  }
  assert.ok(!lines.some((line) => line.startsWith("SECRET=")));
  assert.match(lines.at(-1) ?? "", /\/a$/);
});

test("a binary message closes with 1003", async (t) => {
  const { url } = await serve(t, { "echo.sh": ECHO });
  const { socket, closed } = await connect(t, `${url}/echo`);
  socket.send(Uint8Array.of(1));
  assert.equal((await closed).code, 1003);
});

test("a line without end closes with 1011, and the process is stopped", async (t) => {
  const { url, command } = await serve(t, { "long.sh": "#!/bin/sh\ncat /dev/zero\n" });
  const { closed } = await connect(t, `${url}/long`);
  assert.equal((await closed).code, 1011);
  await command.line(/error long\.sh: a line has more than 1048576 bytes; it is stopped/);
});

test("when the socket closes the process ends, with what it started", {
  skip: !hasProcessTable,
}, async (t) => {
  const { url, command } = await serve(t, {
    "two.sh": '#!/bin/sh\nsleep 1000 &\necho "$$ $!"\nwait\n',
  });
  const { socket, closed } = await connect(t, `${url}/two`);
  const data = await firstMessage(socket);
  const pids = String(data).split(" ").map(Number);
  assert.ok(pids.every(isRunning), String(data));
  socket.close(1000);
  await closed;
  await untilTrue(() => !pids.some(isRunning));
  assert.deepEqual(childrenOf(command.pid), []);
});

test("beyond --max-processes the answer is 503, with a line", async (t) => {
  const { url, port, command } = await serve(t, { "echo.sh": ECHO }, ["--max-processes", "1"]);
  const first = await connect(t, `${url}/echo`);
  assert.equal(await first.ask("one"), "one");
  assert.equal((await shakeHands(port, "/echo")).status, 503);
  await command.line(
    /error echo\.sh: all 1 processes are in use \(--max-processes\); \/echo answered 503/,
  );
  assert.equal(await first.ask("still"), "still");
});

test("files that cannot run are told at the start, and mended by chmod", async (t) => {
  const folder = await makeFolder(t, {
    "h/forgot.sh": ECHO,
    "h/lost.sh": "#!/no/such/interpreter\n",
    "h/data.json": "{}",
    "h/good.sh": ECHO,
  });
  await chmod(join(folder.path, "h/forgot.sh"), 0o644);
  const command = runCommand(t, folder.path, ["-p", "0", "-w", "h", "--executables"]);
  const port = await portOf(command);
  await command.line(/h\/forgot\.sh: has no run bit: chmod \+x .*; \/forgot answers 503/);
  await command.line(
    /h\/lost\.sh: its interpreter \/no\/such\/interpreter is not there; \/lost answers 503/,
  );
  assert.match(await command.line(/handlers {2}/), /\/forgot, \/good, \/lost \(from h\)/);
  assert.equal((await shakeHands(port, "/lost")).status, 503);
  await chmod(join(folder.path, "h/forgot.sh"), 0o755);
  await command.line(/\/forgot loaded from h\/forgot\.sh/);
  assert.equal(await (await connect(t, `ws://localhost:${port}/forgot`)).ask("x"), "x");
});

test("--executables without a handlers folder is told", async (t) => {
  const { path } = await makeFolder(t);
  const command = runCommand(t, path, ["-p", "0", "--executables"]);
  await command.line(/warn {2}--executables finds nothing: there is no handlers folder/);
});

test("without --executables nothing but handlers is run", async (t) => {
  const folder = await makeFolder(t, { "h/echo.sh": ECHO });
  const command = runCommand(t, folder.path, ["-p", "0", "-w", "h"]);
  assert.equal((await shakeHands(await portOf(command), "/echo")).status, 404);
});

test("a hundred thousand lines come whole and in order", async (t) => {
  const { url } = await serve(t, { "many.sh": "#!/bin/sh\nseq 1 100000\n" });
  const { socket, closed } = await connect(t, `${url}/many`);
  let last = 0;
  let isOrdered = true;
  socket.addEventListener("message", ({ data }) => {
    isOrdered &&= Number(data) === last + 1;
    last = Number(data);
  });
  assert.deepEqual(await closed, { code: 1000, wasClean: true });
  assert.deepEqual([last, isOrdered], [100_000, true]);
});

test("200 connections keep their order, and no process is left", {
  skip: !hasProcessTable,
}, async (t) => {
  const { url, command } = await serve(t, { "echo.sh": ECHO });
  await echoLoad(`${url}/echo`, { connections: 200, messages: 50 });
  await untilTrue(() => childrenOf(command.pid).length === 0);
});

test("Ctrl-C ends the processes that are left, also those that do not want to", {
  skip: !hasProcessTable,
}, async (t) => {
  const { url, command } = await serve(t, {
    "deaf.sh": "#!/bin/sh\ntrap '' TERM\necho $$\nwhile :; do sleep 1000; done\n",
  });
  const { socket } = await connect(t, `${url}/deaf`);
  const pid = Number(await firstMessage(socket));
  command.kill("SIGINT");
  assert.equal((await command.exit).code, 0);
  assert.ok(!isRunning(pid));
});

function firstMessage(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data), { once: true });
  });
}
