import assert from "node:assert/strict";
import { test } from "node:test";
import { SendQueue } from "./send-queue.ts";

/** A Blob whose bytes come when the test says so. */
class SlowBlob extends Blob {
  readonly #gate: Promise<void>;

  constructor(text: string, gate: Promise<void>) {
    super([text]);
    this.#gate = gate;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    await this.#gate;
    return super.arrayBuffer();
  }
}

function setUp(): {
  queue: SendQueue;
  log: string[];
  errors: unknown[];
  idle: () => Promise<void>;
} {
  const log: string[] = [];
  const errors: unknown[] = [];
  const sink = {
    send: (data: string | Uint8Array) =>
      log.push(typeof data === "string" ? data : `bytes ${Buffer.from(data)}`),
    close: (code?: number, reason?: string) => void log.push(`close ${code} ${reason}`),
  };
  const queue = new SendQueue(sink, (error) => errors.push(error));
  const idle = async (): Promise<void> => {
    while (queue.busy) await new Promise(setImmediate);
  };
  return { queue, log, errors, idle };
}

test("what follows a Blob waits for it, the Close too", async () => {
  const { queue, log, idle } = setUp();
  const gate = new Promise<void>((resolve) => setImmediate(resolve));
  queue.send(new SlowBlob("one", gate), 3);
  queue.send("two", 3);
  queue.send(new Blob(["three"]), 5);
  queue.close(4000, "bye");
  assert.equal(queue.busy, true);
  assert.equal(queue.waitingBytes, 11);
  assert.deepEqual(log, []);
  await idle();
  assert.deepEqual(log, ["bytes one", "two", "bytes three", "close 4000 bye"]);
  assert.equal(queue.waitingBytes, 0);
});

test("a queue that ran dry starts again", async () => {
  const { queue, log, idle } = setUp();
  queue.send(new Blob(["a"]), 1);
  await idle();
  queue.send(new Blob(["b"]), 1);
  await idle();
  assert.deepEqual(log, ["bytes a", "bytes b"]);
});

test("a Blob that cannot be read is reported, and nothing behind it is sent", async () => {
  const { queue, log, errors, idle } = setUp();
  const error = new Error("gone");
  queue.send(new SlowBlob("one", Promise.reject(error)), 3);
  queue.send("two", 3);
  await idle();
  assert.deepEqual(errors, [error]);
  assert.deepEqual(log, []);
});

test("nothing is sent once the queue has ended", async () => {
  const { queue, log, idle } = setUp();
  queue.send(new Blob(["one"]), 3);
  queue.send("two", 3);
  queue.end();
  await idle();
  assert.deepEqual(log, []);
});
