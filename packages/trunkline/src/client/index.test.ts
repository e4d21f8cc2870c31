import assert from "node:assert/strict";
import { test } from "node:test";
import * as client from "./index.ts";
import { DialError, ping, ref, terminate, unref, WebSocket } from "./index.ts";

test("the client exports these names and no others", () => {
  assert.deepEqual(Object.keys(client).sort(), [
    "CloseEvent",
    "DialError",
    "WebSocket",
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
  for (const act of [terminate, ping, ref, unref]) act(socket);
  if (socket.readyState === WebSocket.OPEN) socket.binaryType = "arraybuffer";
  // @ts-expect-error: there is no such option.
  new WebSocket("ws://localhost", { retries: 1 });
  // @ts-expect-error: the attribute is read-only.
  socket.readyState = 1;
  // @ts-expect-error: not of the enumeration.
  socket.binaryType = "nodebuffer";
}
