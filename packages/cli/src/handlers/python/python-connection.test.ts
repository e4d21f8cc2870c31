import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { KINDS, OVERHEAD, WINDOW } from "./pipe-frames.ts";
import { PythonConnection, type PythonSocket } from "./python-connection.ts";

const names = new Map<number, string>(Object.entries(KINDS).map(([name, kind]) => [kind, name]));

/** A connection between a socket and a worker that do what the test says. */
function makeConnection() {
  const told: string[] = [];
  const calls: string[] = [];
  const line = {
    write(kind: number, payload: string | Uint8Array) {
      const isCount = kind === KINDS.CREDIT && typeof payload !== "string";
      const shown = isCount
        ? Buffer.from(payload).readUInt32BE(0)
        : Buffer.from(payload).toString();
      told.push(`${names.get(kind)} ${shown}`);
    },
    end: ({ code }: { readonly code: number }) => told.push(`end ${code}`),
  };
  const state = { readyState: 1, hasRoom: true };
  const socket = {
    protocol: "",
    extensions: "",
    get readyState() {
      return state.readyState;
    },
    send: (data: string | Uint8Array) => {
      calls.push(`send ${data.length}`);
      return state.hasRoom;
    },
    pause: () => calls.push("pause"),
    resume: () => calls.push("resume"),
    close: (...args: readonly unknown[]) => calls.push(["close", ...args].join(" ").trim()),
    terminate: () => calls.push("terminate"),
  } as unknown as PythonSocket; // what a connection uses of it
  const raw = { socket: new EventEmitter() } as unknown as IncomingMessage;
  const connection = new PythonConnection(line, raw);
  const take = (kind: number, payload: string | Uint8Array = "") =>
    connection.take({ kind, number: 1, payload: Buffer.from(payload as string) });
  const count = (size: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(size);
    return bytes;
  };
  return { connection, socket, state, told, calls, take, count };
}

function open() {
  const made = makeConnection();
  made.connection.opened(made.socket);
  made.told.length = 0;
  return made;
}

test("what the handler does not read pauses the socket, and reading half of it lets it go on", () => {
  const { connection, socket, calls, take, count } = open();
  const text = "x".repeat(WINDOW / 4 - OVERHEAD);
  for (let at = 0; at < 3; at++) connection.message(socket, text);
  assert.deepEqual(calls, []);
  connection.message(socket, text);
  assert.deepEqual(calls, ["pause"]);
  take(KINDS.CREDIT, count(WINDOW / 2));
  assert.deepEqual(calls, ["pause"]);
  take(KINDS.CREDIT, count(1));
  assert.deepEqual(calls, ["pause", "resume"]);
});

test("empty messages are bounded too", () => {
  const { connection, socket, calls } = open();
  for (let at = 1; at < WINDOW / OVERHEAD; at++) connection.message(socket, "");
  assert.deepEqual(calls, []);
  connection.message(socket, new Uint8Array(0));
  assert.deepEqual(calls, ["pause"]);
});

test("credit goes back in quarters of the window while the socket takes what comes", () => {
  const { told, take } = open();
  take(KINDS.TEXT, "x".repeat(WINDOW / 4 - OVERHEAD - 1));
  assert.deepEqual(told, []);
  take(KINDS.BINARY, "");
  assert.deepEqual(told, [`CREDIT ${WINDOW / 4 - 1 + OVERHEAD}`]);
});

test("no credit goes back while the socket is full, and all of it once it has drained", () => {
  const { connection, state, told, take } = open();
  state.hasRoom = false;
  for (let at = 0; at < 4; at++) take(KINDS.TEXT, "x".repeat(WINDOW / 4));
  assert.deepEqual(told, []);
  connection.drained();
  assert.deepEqual(told, [`CREDIT ${WINDOW + 4 * OVERHEAD}`]);
});

test("what a closing socket discards is credited: no drain would come", () => {
  const { state, told, take } = open();
  state.hasRoom = false;
  state.readyState = 2;
  take(KINDS.TEXT, "x".repeat(WINDOW));
  assert.deepEqual(told, [`CREDIT ${WINDOW + OVERHEAD}`]);
});

test("the client's Close waits for the handler's answer", async () => {
  const { connection, told, calls, take } = open();
  const answered = connection.closing({ code: 4000, reason: "why" });
  assert.deepEqual(told, ["CLOSE \x0f\ufffdwhy"]);
  take(KINDS.CLOSE, Uint8Array.of(0x03, 0xe8, 0x62, 0x79, 0x65));
  await answered;
  assert.deepEqual(calls, ["close 1000 bye"]);
});

test("an empty Close is empty on the pipe, both ways", async () => {
  const { connection, told, calls, take } = open();
  const answered = connection.closing({ code: 1005, reason: "" });
  take(KINDS.CLOSE);
  await answered;
  assert.deepEqual([told, calls], [["CLOSE "], ["close"]]);
});

test("an end before the answer settles the wait, and is told once", async () => {
  const { connection, told } = open();
  const answered = connection.closing({ code: 1005, reason: "" });
  const info = { code: 1006, reason: "", wasClean: false };
  connection.ended(info);
  connection.ended(info);
  await answered;
  assert.deepEqual(told, ["CLOSE ", "end 1006"]);
});

test("a worker that ends closes with 1011, refuses what it had not decided, and hears no more", async () => {
  const opened = open();
  const answered = opened.connection.closing({ code: 1000, reason: "" });
  opened.connection.crashed();
  await answered;
  opened.connection.message(opened.socket, "lost");
  assert.deepEqual(opened.calls, ["close 1011"]);
  assert.deepEqual(opened.told, ["CLOSE \x03\ufffd"]);

  const young = makeConnection();
  young.connection.crashed();
  const verdict = await young.connection.verdict;
  assert.ok(verdict.kind === "refuse");
  assert.equal(verdict.status, 503);
  young.connection.opened(young.socket);
  assert.deepEqual([young.told, young.calls], [[], ["close 1011"]]);
});

test("an abort before the opening is a verdict, after it the end of the stream", async () => {
  const { connection, take } = makeConnection();
  take(KINDS.ABORT);
  assert.deepEqual(await connection.verdict, { kind: "abort" });
  const opened = open();
  opened.take(KINDS.ABORT);
  assert.deepEqual(opened.calls, ["terminate"]);
});
