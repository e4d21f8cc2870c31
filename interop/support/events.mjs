/** Waiting for what a socket does, in order: nothing that came early is lost, and nothing is polled. */
import assert from "node:assert/strict";

/** Values in the order they came; `next()` waits for one that has not. */
export class Mailbox {
  #values = [];
  #waiting = [];

  put(value) {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#values.push(value);
    else waiting(value);
  }

  next() {
    if (this.#values.length > 0) return Promise.resolve(this.#values.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A socket with the browser's events: its messages, and how it ended. */
export class Talk {
  messages = new Mailbox();
  errors = [];
  opened;
  failed;
  closed;

  constructor(socket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.messages.put(plain(data)));
    this.failed = new Promise((resolve) => {
      socket.addEventListener("error", (event) => {
        this.errors.push(event);
        resolve();
      });
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason, wasClean }) =>
        resolve({ code, reason, wasClean }),
      );
    });
    const opened = new Promise((resolve) => socket.addEventListener("open", resolve));
    this.opened = Promise.race([opened, this.closed.then(fail)]);
    this.opened.catch(() => {});
  }

  /** Resolves when the socket is open; rejects when it closes instead. */
  static async open(socket) {
    const talk = new Talk(socket);
    await talk.opened;
    return talk;
  }

  /** What comes back for a message. */
  async ask(data) {
    this.socket.send(data);
    return this.messages.next();
  }
}

export function plain(data) {
  return typeof data === "string" ? data : new Uint8Array(data);
}

function fail({ code, reason }) {
  throw new Error(`the connection closed with ${code} ${reason} instead of opening`);
}

/** Big payloads are compared without a line for each byte of a difference. */
export function assertSame(actual, expected) {
  assert.equal(typeof actual, typeof expected);
  if (typeof expected === "string") return assert.ok(actual === expected, show(actual, expected));
  assert.ok(Buffer.from(actual).equals(Buffer.from(expected)), show(actual, expected));
}

function show(actual, expected) {
  const start = (data) => JSON.stringify(data.slice(0, 20));
  return `${actual.length} of ${expected.length}: ${start(actual)} for ${start(expected)}`;
}
