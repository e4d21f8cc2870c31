import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { GroupedProcess, ProcessEnd } from "../../processes/grouped-process.ts";
import { keepLog } from "../../processes/processes.test.util.ts";
import { ExecutableSession, LINE_LIMIT } from "./executable-session.ts";

type Socket = Parameters<ExecutableSession["open"]>[0];

/** A session between a socket and a process that do what the test says. */
function makeSession() {
  const calls: string[] = [];
  const input = new PassThrough({ highWaterMark: 10 });
  const output = new PassThrough();
  let end: (end: ProcessEnd) => void = () => {};
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const process = { input, output, ended, stop: () => calls.push("stop") };
  const state = { readyState: 1, hasRoom: true };
  const socket = {
    get readyState() {
      return state.readyState;
    },
    send: (text: string) => {
      calls.push(text.length > 20 ? `${text.length} characters` : text);
      return state.hasRoom;
    },
    pause: () => calls.push("pause"),
    resume: () => calls.push("resume"),
    close: (code: number) => calls.push(`close ${code}`),
  } as unknown as Socket; // what a session uses of it
  const { log, lines } = keepLog();
  const session = new ExecutableSession(process as unknown as GroupedProcess, "a.sh", log);
  session.open(socket);
  return { session, socket, state, input, output, end, calls, lines };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a full socket stops the reading of the process until it has drained", async () => {
  const { session, state, output, calls } = makeSession();
  state.hasRoom = false;
  output.write("one\ntwo\n");
  await settle();
  // What was read together goes out together.
  assert.deepEqual(calls, ["one", "two"]);
  assert.equal(output.isPaused(), true);
  output.write("three\n");
  await settle();
  assert.deepEqual(calls, ["one", "two"]);
  state.hasRoom = true;
  session.drain();
  await settle();
  assert.deepEqual(calls, ["one", "two", "three"]);
});

test("a closing socket does not stop it: no drain would come", async () => {
  const { state, output } = makeSession();
  state.hasRoom = false;
  state.readyState = 2;
  output.write("one\n");
  await settle();
  assert.equal(output.isPaused(), false);
});

test("a process that does not read pauses the socket until it has", async () => {
  const { session, socket, input, calls } = makeSession();
  session.message(socket, "short");
  assert.deepEqual(calls, []);
  session.message(socket, "a longer line");
  assert.deepEqual(calls, ["pause"]);
  assert.equal(String(input.read()), "short\na longer line\n");
  await settle();
  assert.deepEqual(calls, ["pause", "resume"]);
});

test("a process that closes its input without reading lets the socket go on", async () => {
  const { session, socket, input, calls } = makeSession();
  session.message(socket, "a longer line");
  input.destroy();
  await settle();
  session.message(socket, "nobody reads this");
  assert.deepEqual(calls, ["pause", "resume"]);
});

test("a line as long as the limit is a message, a longer one ends it", async () => {
  const { output, calls, lines } = makeSession();
  output.write(`${"x".repeat(LINE_LIMIT)}\n`);
  await settle();
  output.write("x".repeat(LINE_LIMIT + 1));
  await settle();
  assert.deepEqual(calls, [`${LINE_LIMIT} characters`, "close 1011", "stop"]);
  assert.match(lines.join(), /a\.sh: a line has more than/);
});

test("how it ended is the close code, unless the socket closed before", async () => {
  for (const [ended, expected] of [
    [{ code: 0, signal: null }, ["close 1000"]],
    [{ code: 1, signal: null }, ["close 1011"]],
    [{ code: null, signal: "SIGSEGV" }, ["close 1011"]],
  ] as const) {
    const { end, calls } = makeSession();
    end(ended);
    await settle();
    assert.deepEqual(calls, expected);
  }
  const { state, end, calls, lines } = makeSession();
  state.readyState = 3;
  end({ code: 1, signal: null });
  await settle();
  assert.deepEqual([calls, lines], [[], []]);
});
