/** The client of `trunkline/ws`, on whatever runtime this is. */
import assert from "node:assert/strict";
import { once } from "node:events";
import WebSocket from "trunkline/ws";
import { assertSame } from "../support/events.mjs";
import { PAYLOADS } from "./payloads.mjs";
import { tell } from "./tell.mjs";

const socket = new WebSocket(process.argv[2]);
await once(socket, "open");
for (const payload of PAYLOADS) {
  const came = once(socket, "message");
  socket.send(payload);
  const [data, isBinary] = await came;
  assert.equal(isBinary, typeof payload !== "string");
  assertSame(isBinary ? data : data.toString(), payload);
}
const answered = once(socket, "pong");
socket.ping("are you there");
assert.equal(String((await answered)[0]), "are you there");
socket.close(4001, "done");
const [code, reason] = await once(socket, "close");
tell({ extensions: socket.extensions, code, reason: String(reason) });
