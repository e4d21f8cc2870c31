import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { calm } from "../testing/calm.ts";
import { wireTo } from "../testing/connect-to.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { DialError } from "./dial-error.ts";
import { MACHINE, type Machine } from "./options.ts";
import { closePayload, encodeFrame, opcodes, startPeer } from "./scripted-peer.test.util.ts";
import { WebSocketError } from "./websocket-error.ts";
import {
  type WebSocketOpenInfo,
  WebSocketStream,
  type WebSocketStreamOptions,
} from "./websocket-stream.ts";

// What a browser's own class does as well is in stream-cases.test.util.ts.

type Opened = WebSocketOpenInfo & { readonly stream: WebSocketStream };

/** What the conversations here ask of their socket. */
interface ServerWebSocket extends AsyncIterable<string | Uint8Array, undefined> {
  readonly closed: Promise<unknown>;
  send(data: string | Uint8Array): boolean;
  drained(): Promise<void>;
  close(code?: number, reason?: string): void;
}

/** A stream to a conversation, over a wire in memory. */
async function connect(handler: (socket: ServerWebSocket) => Promise<void>): Promise<Opened> {
  const { client } = wireTo(handler);
  // The tests count bytes, and theirs would nearly vanish.
  const options = { ...client, perMessageDeflate: false } as WebSocketStreamOptions;
  const stream = new WebSocketStream("ws://localhost/", options);
  return { stream, ...(await stream.opened) };
}

/** The options of a client on another machine: with a time of its own, or a wire. */
function onMachine(machine: Machine): WebSocketStreamOptions {
  return { [MACHINE]: machine } as WebSocketStreamOptions; // the symbol is not public
}

function onClock(clock: ManualClock): WebSocketStreamOptions {
  return onMachine({ clock });
}

async function failure(promise: Promise<unknown>): Promise<WebSocketError> {
  const reason = await promise.then(
    () => assert.fail("it did not reject"),
    (error: unknown) => error,
  );
  assert.ok(reason instanceof WebSocketError);
  return reason;
}

// ---- back-pressure, in bytes

const chunkSize = 16_384;
const chunks = 1_000;
/** What both ends, and the wire between them, may hold of 16 MB. */
const bound = 512 * 1024;

test("a reader that does not read holds back a fast sender, and loses nothing", async () => {
  let sent = 0;
  const { readable, stream } = await connect(async (socket: ServerWebSocket) => {
    for (let index = 0; index < chunks; index++) {
      const message = new Uint8Array(chunkSize).fill(index % 251);
      sent += message.length;
      if (!socket.send(message)) await socket.drained();
    }
  });
  await calm();
  assert.ok(sent >= 65_536 && sent < bound, `${sent} bytes were sent to a reader that took none`);
  const reader = readable.getReader();
  for (let count = 0; count < 32; count++) await reader.read();
  await calm();
  const taken = 32 * chunkSize;
  assert.ok(sent < taken + bound, `${sent} bytes were sent to a reader that took ${taken}`);
  reader.releaseLock();
  let count = 32;
  for await (const message of readable) assert.equal(message[0], count++ % 251);
  assert.equal(count, chunks);
  assert.equal((await stream.closed).closeCode, 1000);
});

test("empty messages are bounded, too", async () => {
  let sent = 0;
  const { readable } = await connect(async (socket: ServerWebSocket) => {
    for (; sent < 130_000; sent++) if (!socket.send("")) await socket.drained();
  });
  await calm();
  assert.ok(sent < 120_000, `${sent} messages were sent to a reader that took none`);
  let count = 0;
  for await (const _ of readable) count++;
  assert.equal(count, 130_000);
});

test("a server that does not read holds back the writer, and gets everything", async () => {
  let read = 0;
  let start = (): void => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const { stream, writable } = await connect(async (socket: ServerWebSocket) => {
    await started;
    for await (const message of socket) read += message.length;
  });
  const writer = writable.getWriter();
  let written = 0;
  const writing = (async () => {
    for (let index = 0; index < chunks; index++) {
      await writer.write(new Uint8Array(chunkSize));
      written += chunkSize;
    }
  })();
  await calm();
  assert.ok(
    written >= 65_536 && written < bound,
    `${written} bytes went to a server that took none`,
  );
  start();
  await writing;
  await writer.close();
  assert.equal(read, chunks * chunkSize);
  assert.equal((await stream.closed).closeCode, 1005);
});

test("a Close behind more than 64 KiB that nobody reads is told when they are read", async () => {
  const { stream, readable } = await connect(async (socket: ServerWebSocket) => {
    for (let count = 0; count < 8; count++) socket.send(new Uint8Array(chunkSize));
    socket.close(4000, "done");
  });
  await calm();
  const early = await Promise.race([stream.closed, Promise.resolve("not yet")]);
  assert.equal(early, "not yet");
  let count = 0;
  for await (const _ of readable) count++;
  assert.deepEqual([count, await stream.closed], [8, { closeCode: 4000, reason: "done" }]);
});

test("close works although nobody reads and the connection is paused", async () => {
  const { stream } = await connect((socket: ServerWebSocket) => {
    for (let count = 0; count < 100; count++) socket.send(new Uint8Array(chunkSize));
    return socket.closed.then(() => {});
  });
  await calm();
  stream.close({ closeCode: 3000 });
  assert.deepEqual(await stream.closed, { closeCode: 3000, reason: "" });
});

test("a stream under the connection that is destroyed in silence is a failure, too", async () => {
  const { client } = wireTo(async (socket: ServerWebSocket) => void (await socket.closed));
  const machine = client[MACHINE];
  assert.ok(machine?.connect !== undefined);
  const carrier = machine.connect();
  const options = onMachine({ ...machine, connect: () => carrier });
  const stream = new WebSocketStream("ws://localhost/", options);
  const { readable, writable } = await stream.opened;
  const writer = writable.getWriter();
  carrier.destroy();
  const error = await failure(stream.closed);
  assert.equal(error.closeCode, 1006);
  await assert.rejects(readable.getReader().read(), error);
  await assert.rejects(writer.closed, error);
});

// ---- writes that have not left when the end comes

const large = 32 * 1024 * 1024;

test("the server's Close with a write under way is no clean end, and the write rejects", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.accept();
    await once(peer.socket, "data");
    peer.socket.pause();
    peer.write(encodeFrame(opcodes.close, closePayload(4567, "no more")));
  });
  const clock = new ManualClock();
  const stream = new WebSocketStream(server.url, onClock(clock));
  const { readable, writable } = await stream.opened;
  const writer = writable.getWriter();
  const written = failure(writer.write(new Uint8Array(large)));
  writer.closed.catch(() => {});
  assert.equal((await readable.getReader().read()).done, true);
  clock.advance(5_000);
  const error = await failure(stream.closed);
  assert.deepEqual([error.closeCode, error.reason], [4567, "no more"]);
  assert.match(error.message, /before all that was written had left/);
  assert.equal(await written, error);
});

test("a write that leaves after the server's Close came is part of a clean end", async () => {
  let close = (): void => {};
  const { stream, readable, writable } = await connect(async (socket: ServerWebSocket) => {
    close = () => socket.close(4567);
    await socket.closed;
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const writes = Array.from({ length: 32 }, () => writer.write(new Uint8Array(chunkSize)));
  const settled = Promise.allSettled(writes);
  await calm();
  close();
  assert.equal((await readable.getReader().read()).done, true);
  const kept = (await settled).filter(({ status }) => status === "fulfilled").length;
  assert.ok(kept > 0 && kept < writes.length, `${kept} writes were under way before the Close`);
  assert.equal((await stream.closed).closeCode, 4567);
});

test("abort drops a peer that reads nothing, after 5 s", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.accept();
    peer.socket.pause();
  });
  const clock = new ManualClock();
  const stream = new WebSocketStream(server.url, onClock(clock));
  const { writable } = await stream.opened;
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  writer.write(new Uint8Array(large));
  await writer.abort();
  clock.advance(5_000);
  assert.equal((await failure(stream.closed)).closeCode, 1006);
});

// ---- why it failed

test("both promises say why no connection came about, with the DialError as cause", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    peer.socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  const stream = new WebSocketStream(server.url);
  for (const [promise, closeCode] of [
    [stream.opened, null],
    [stream.closed, 1006],
  ] as const) {
    const error = await failure(promise);
    assert.ok(error.cause instanceof DialError);
    assert.deepEqual([error.cause.code, error.cause.status], ["status", 403]);
    assert.deepEqual([error.closeCode, error.reason], [closeCode, ""]);
    assert.equal(error.message, error.cause.message);
    assert.match(error.message, /answered 403 Forbidden/);
  }
});

test("the deadline of the handshake is the option's", async (context) => {
  const server = await startPeer(context, (peer) => peer.request());
  const clock = new ManualClock();
  const options = { ...onClock(clock), handshakeTimeout: 700 };
  const stream = new WebSocketStream(server.url, options);
  clock.advance(700);
  const { cause } = await failure(stream.opened);
  assert.equal(cause instanceof DialError && cause.code, "timeout");
});

test("close before open is told as such", async (context) => {
  const server = await startPeer(context, (peer) => peer.request());
  const stream = new WebSocketStream(server.url);
  stream.close();
  stream.close();
  const { cause } = await failure(stream.closed);
  assert.equal(cause instanceof DialError && cause.code, "aborted");
});

test("a rule that the server breaks is the cause of a failure after open", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.accept();
    peer.write(Uint8Array.of(0xf1, 0));
    await peer.ended;
    peer.socket.end();
  });
  const stream = new WebSocketStream(server.url);
  const error = await failure(stream.closed);
  assert.ok(error.cause instanceof Error);
  assert.match(error.message, /RFC 6455, section 5\.2/);
  assert.equal(error.closeCode, 1006);
});

test("a signal that is aborted already makes no connection at all", async (context) => {
  const server = await startPeer(context, (peer) => peer.accept());
  const reason = new Error("not any more");
  const stream = new WebSocketStream(server.url, { signal: AbortSignal.abort(reason) });
  await assert.rejects(stream.opened, reason);
  await assert.rejects(stream.closed, reason);
  stream.close();
  const second = new WebSocketStream(server.url);
  await second.opened;
  assert.equal(server.count(), 1);
});

test("a failure that nobody looks at does not end the process", async () => {
  const module = new URL("./websocket-stream.js", import.meta.url);
  const program = `
    import { WebSocketStream } from ${JSON.stringify(module.href)};
    const stream = new WebSocketStream("ws://127.0.0.1:1/");
    await stream.opened.catch(({ name }) => console.log(name));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
  let printed = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  const [code] = await once(child, "close");
  assert.deepEqual([code, printed], [0, "WebSocketError\n"]);
});

// ---- options

test("the options of WebSocket are those of a stream", async (context) => {
  let request = "";
  const server = await startPeer(context, async (peer) => {
    request = await peer.accept("Sec-WebSocket-Protocol: b");
    peer.write(encodeFrame(opcodes.text, "x".repeat(11)));
    await peer.ended;
    peer.socket.end();
  });
  const stream = new WebSocketStream(server.url, {
    protocols: new Set(["a", "b"]),
    headers: { "X-Token": "secret" },
    maxMessageSize: 10,
  });
  assert.equal((await stream.opened).protocol, "b");
  assert.match(request, /\r\nX-Token: secret\r\n/);
  assert.match(request, /\r\nSec-WebSocket-Protocol: a, b\r\n/i);
  assert.match((await failure(stream.closed)).message, /larger than this endpoint accepts/);
});

test("a wrong second argument says what to write", () => {
  const make = (options: unknown) => () =>
    Reflect.construct(WebSocketStream, ["ws://localhost", options]);
  assert.throws(make(["chat"]), { message: /an object of options; subprotocols are its member/ });
  assert.throws(make({ protocols: "chat" }), { message: /protocols must be a list of strings/ });
  assert.throws(make({ retries: 1 }), { message: /no option "retries"/ });
});
