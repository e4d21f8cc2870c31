/**
 * Each example handler against what pywebsocket's example of that name does on the wire; where ours
 * differs on purpose, the name of the test says so. docs/pywebsocket.md lists the differences.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "trunkline/client";
import { portOf, runCommand, shakeHands } from "./running-command.test.util.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

interface Seen {
  readonly messages: readonly unknown[];
  readonly close: { readonly code: number; readonly reason: string; readonly wasClean: boolean };
  readonly isOpened: boolean;
}

let port = 0;
before(async (t) => {
  // The context of a file's own hook is that of a test here: it ends the command.
  const command = runCommand(t as never, ROOT, ["-p", "0", "-w", "examples/handlers"]);
  port = await portOf(command);
});

/** Opens, sends, and tells everything that came until the end. `done` closes when enough came. */
function talk(
  path: string,
  sends: readonly (string | Uint8Array<ArrayBuffer>)[] = [],
  closeAfter?: { readonly messages: number; readonly code?: number; readonly reason?: string },
): Promise<Seen> {
  const socket = new WebSocket(`ws://localhost:${port}${path}`);
  socket.binaryType = "arraybuffer";
  const messages: unknown[] = [];
  let isOpened = false;
  const closeWhenEnough = () => {
    if (messages.length !== closeAfter?.messages) return;
    if (closeAfter.code === undefined) socket.close();
    else socket.close(closeAfter.code, closeAfter.reason);
  };
  socket.addEventListener("open", () => {
    isOpened = true;
    for (const data of sends) socket.send(data);
    closeWhenEnough();
  });
  socket.addEventListener("message", ({ data }) => {
    messages.push(typeof data === "string" ? data : Buffer.from(data as ArrayBuffer));
    closeWhenEnough();
  });
  return new Promise((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      resolve({ messages, isOpened, close: { code, reason, wasClean } });
    });
  });
}

const NORMAL = { code: 1000, reason: "", wasClean: true };
const DROPPED = { code: 1006, reason: "", wasClean: false };

for (const name of ["echo", "echo_noext"]) {
  test(`${name} sends text back as text and binary as binary, and ends after Goodbye`, async () => {
    const bytes = Uint8Array.of(0, 1, 255);
    const { messages, close } = await talk(`/${name}`, ["hi", bytes, "Goodbye", "too late"]);
    assert.deepEqual(messages, ["hi", Buffer.from(bytes), "Goodbye"]);
    assert.deepEqual(close, NORMAL);
  });
}

test("echo takes part in permessage-deflate, and echo_noext does not", async () => {
  const offer = { "Sec-WebSocket-Extensions": "permessage-deflate" };
  const echo = await shakeHands(port, "/echo", offer);
  assert.match(String(echo.headers["sec-websocket-extensions"]), /^permessage-deflate/);
  const plain = await shakeHands(port, "/echo_noext", offer);
  assert.equal(plain.status, 101);
  assert.equal(plain.headers["sec-websocket-extensions"], undefined);
});

test("close sends the Close it is told to send", async () => {
  for (const [text, code, reason] of [
    ["1000 bye", 1000, "bye"],
    ["1001 ", 1001, ""],
    ["4001 a reason of words", 4001, "a reason of words"],
  ] as const) {
    const { close } = await talk("/close", [text]);
    assert.deepEqual(close, { code, reason, wasClean: true });
  }
});

test("close answers the client's Close with its own code and reason", async () => {
  const { close } = await talk("/close", [], { messages: 0, code: 3333, reason: "mine" });
  assert.deepEqual(close, { code: 3333, reason: "mine", wasClean: true });
  const empty = await talk("/close", [], { messages: 0 });
  assert.equal(empty.close.code, 1005);
});

test("close turns codes and reasons that no Close may have into 1011", async () => {
  for (const text of ["999 x", "1005 x", "1006 x", "1015 x", "5000 x", `1000 ${"x".repeat(124)}`]) {
    const { close } = await talk("/close", [text]);
    assert.equal(close.code, 1011, text);
  }
});

test("close drops the connection for a message that is no order", async () => {
  for (const text of ["1000", "abc def"]) {
    assert.deepEqual((await talk("/close", [text])).close, DROPPED);
  }
});

test("abort opens and drops without a Close", async () => {
  const { isOpened, close } = await talk("/abort");
  assert.equal(isOpened, true);
  assert.deepEqual(close, DROPPED);
});

test("abort_handshake drops without an answer", async () => {
  await assert.rejects(shakeHands(port, "/abort_handshake"), { code: "ECONNRESET" });
  const { isOpened, close } = await talk("/abort_handshake");
  assert.equal(isOpened, false);
  assert.deepEqual(close, DROPPED);
});

test("internal_error closes with 1011", async () => {
  assert.equal((await talk("/internal_error")).close.code, 1011);
});

test("hsts adds its header to the 101, says Hello and closes", async () => {
  const { headers } = await shakeHands(port, "/hsts");
  assert.equal(headers["strict-transport-security"], "max-age=86400");
  const { messages, close } = await talk("/hsts");
  assert.deepEqual(messages, ["Hello"]);
  assert.deepEqual(close, NORMAL);
});

test("cookie sets what the query says, and closes", async () => {
  for (const [query, cookies] of [
    ["?set", ["foo=bar; Max-Age=86400"]],
    ["?set_httponly", ["httpOnlyFoo=bar; Max-Age=86400; httpOnly"]],
    ["?clear", ["foo=0; Max-Age=0", "httpOnlyFoo=0; Max-Age=0"]],
    ["?other", undefined],
    ["", undefined],
  ] as const) {
    const { status, headers } = await shakeHands(port, `/cookie${query}`);
    assert.equal(status, 101);
    assert.deepEqual(headers["set-cookie"], cookies);
  }
  assert.deepEqual((await talk("/cookie?set")).close, NORMAL);
});

test("origin_check takes one origin only; ours then says Allowed and closes", async () => {
  const statusFor = async (origin: Readonly<Record<string, string>>) =>
    (await shakeHands(port, "/origin_check", origin)).status;
  assert.equal(await statusFor({ Origin: "http://example.com" }), 101);
  assert.equal(await statusFor({ Origin: "http://example.org" }), 403);
  assert.equal(await statusFor({ Origin: `http://localhost:${port}` }), 403);
  assert.equal(await statusFor({}), 403);
});

test("bench sends its message as often as asked, then closes", async () => {
  const { messages, close } = await talk("/bench", ["0 5 tick"]);
  assert.deepEqual(messages, ["tick", "tick", "tick", "tick", "tick"]);
  assert.deepEqual(close, NORMAL);
});

test("bench says with 1008 how to ask", async () => {
  for (const text of ["", "1 2", "1 2 3 4", "x 1 m", "0 y m", "-1 1 m"]) {
    const { messages, close } = await talk("/bench", [text]);
    assert.deepEqual(messages, []);
    assert.equal(close.code, 1008, text);
  }
});

test("benchmark_helper sends and takes as many bytes as it is told", async () => {
  const { messages } = await talk("/benchmark_helper", ["receive 3", "receive 0"], { messages: 2 });
  assert.deepEqual(messages, [Buffer.from("aaa"), Buffer.alloc(0)]);
  const sends = ["send 1", Buffer.from("aaaa"), "send 0", Buffer.from("xyz"), "send 0", "texts"];
  const { messages: lengths } = await talk("/benchmark_helper", sends, { messages: 3 });
  assert.deepEqual(lengths, ["4", "3", "5"]);
});

test("benchmark_helper closes with 1008 for what it does not know and for other bytes", async () => {
  for (const sends of [
    ["what"],
    ["receive"],
    ["receive x"],
    ["receive 999999999"],
    ["send 2"],
    [Buffer.from("receive 1")],
    ["send 1", Buffer.from("aab")],
    ["send 1", "aaa"],
  ]) {
    assert.equal((await talk("/benchmark_helper", sends)).close.code, 1008, String(sends));
  }
});
