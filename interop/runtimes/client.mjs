/** Our client, on whatever runtime this is: the first word says what it does, the second with whom. */
import assert from "node:assert/strict";
import { DialError, WebSocket, WebSocketStream } from "trunkline/client";
import { cert } from "../../packages/trunkline/dist/testing/certificate.test.util.js";
import { assertSame, Talk } from "../support/events.mjs";
import { PAYLOADS } from "./payloads.mjs";
import { tell } from "./tell.mjs";

const [what, url] = process.argv.slice(2);
const open = (protocols) => Talk.open(new WebSocket(url, { protocols, tls: { ca: cert } }));

const doings = {
  /** Each by itself, then all at once. */
  async echo() {
    const talk = await open();
    for (const payload of PAYLOADS) assertSame(await talk.ask(payload), payload);
    for (const payload of PAYLOADS) talk.socket.send(payload);
    for (const payload of PAYLOADS) assertSame(await talk.messages.next(), payload);
    talk.socket.close(1000, "done");
    tell({ extensions: talk.socket.extensions, closed: await talk.closed });
  },

  async protocol() {
    const talk = await open(["chat.v2", "chat.v1"]);
    tell(talk.socket.protocol);
    talk.socket.close();
    await talk.closed;
  },

  async events() {
    const socket = new WebSocket(url);
    const told = [];
    const put = ({ type }) => told.push(`${type} ${socket.readyState}`);
    for (const type of ["open", "message", "error", "close"]) socket.addEventListener(type, put);
    socket.onopen = () => socket.send("hello");
    socket.onmessage = () => socket.close();
    await new Promise((resolve) => socket.addEventListener("close", resolve));
    tell(told);
  },

  async leave() {
    const talk = await open();
    talk.socket.close(3001, "enough — 够了");
    tell(await talk.closed);
  },

  async stay() {
    const talk = await open();
    tell("open");
    tell(await talk.closed);
  },

  async blob() {
    const talk = await open();
    assertSame(await talk.ask(new Blob(["a ", "blob"])), new TextEncoder().encode("a blob"));
    talk.socket.close();
    await talk.closed;
  },

  async stream() {
    const stream = new WebSocketStream(url);
    const { readable, writable } = await stream.opened;
    const reader = readable.getReader();
    const writer = writable.getWriter();
    for (const payload of PAYLOADS) {
      await writer.write(payload);
      assertSame((await reader.read()).value, payload);
    }
    stream.close({ closeCode: 4001, reason: "done" });
    const { closeCode, reason } = await stream.closed;
    tell({ closeCode, reason });
  },

  async refused() {
    const talk = new Talk(new WebSocket(url));
    const closed = await talk.closed;
    const [{ error }] = talk.errors;
    assert.ok(error instanceof DialError);
    tell({ closed, errors: talk.errors.length, code: error.code, status: error.status });
  },
};

await doings[what]();
