import assert from "node:assert/strict";
import { test } from "node:test";
import * as client from "./index.ts";
import {
  close,
  DialError,
  ping,
  ref,
  terminate,
  unref,
  WebSocket,
  WebSocketError,
  WebSocketStream,
} from "./index.ts";

test("the client exports these names and no others", () => {
  assert.deepEqual(Object.keys(client).sort(), [
    "CloseEvent",
    "DialError",
    "WebSocket",
    "WebSocketError",
    "WebSocketStream",
    "close",
    "ping",
    "ref",
    "terminate",
    "unref",
  ]);
});

/** Compiled, never run: what a program may write, and what it may not. */
export function useTypes(): void {
  const socket = new WebSocket(new URL("ws://localhost"), {
    protocols: new Set(["chat"]),
    headers: new Headers(),
    tls: { ca: "" },
    signal: AbortSignal.timeout(1),
  });
  socket.onopen = async () => socket.send(new Uint8Array(1));
  socket.onmessage = ({ data, origin }) => [JSON.parse(data), origin.length];
  socket.onerror = ({ message, error }) =>
    message.at(error instanceof DialError ? (error.status ?? 0) : 0);
  socket.onclose = function ({ code, reason, wasClean }) {
    this.close(code, wasClean ? reason : "");
  };
  socket.addEventListener("close", ({ reason }) => reason.length, { once: true });
  socket.addEventListener("another", { handleEvent: ({ type }) => type.length });
  for (const act of [close, terminate, ping, ref, unref]) act(socket);
  if (socket.readyState === WebSocket.OPEN) socket.binaryType = "arraybuffer";
  // @ts-expect-error: there is no such option.
  new WebSocket("ws://localhost", { retries: 1 });
  // @ts-expect-error: the attribute is read-only.
  socket.readyState = 1;
  // @ts-expect-error: not of the enumeration.
  socket.binaryType = "nodebuffer";
}

/** Compiled, never run: the same of a stream. */
export async function useStreamTypes(): Promise<void> {
  const stream = new WebSocketStream(new URL("ws://localhost"), {
    protocols: ["chat"],
    headers: { authorization: "Bearer x" },
    maxMessageSize: 1024,
    signal: AbortSignal.timeout(1),
  });
  const { readable, writable, protocol } = await stream.opened;
  for await (const message of readable) {
    message satisfies string | Uint8Array;
  }
  const writer = writable.getWriter();
  for (const chunk of [
    "text",
    new Uint8Array(1),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
  ]) {
    await writer.write(chunk);
  }
  // @ts-expect-error: the draft would send "[object Blob]".
  await writer.write(new Blob([]));
  await writer.abort(new WebSocketError(protocol, { closeCode: 3000, reason: "done" }));
  const { closeCode, reason } = await stream.closed;
  closeCode satisfies number;
  reason satisfies string;
  const failure = new WebSocketError();
  failure.closeCode satisfies number | null;
  failure satisfies DOMException;
  stream.close({ closeCode: 3000 });
  // @ts-expect-error: the members' names before the draft's last change.
  stream.close({ code: 3000 });
  // @ts-expect-error: a list.
  new WebSocketStream("ws://localhost", { protocols: "chat" });
  // @ts-expect-error: there is no such option.
  new WebSocketStream("ws://localhost", { retries: 1 });
}
