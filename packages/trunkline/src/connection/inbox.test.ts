import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { Inbox } from "./inbox.ts";

function make(highWaterMark = 1000): { readonly inbox: Inbox; readonly calls: string[] } {
  const calls: string[] = [];
  const line = { pause: () => calls.push("pause"), resume: () => calls.push("resume") };
  return { inbox: new Inbox(line, highWaterMark), calls };
}

describe("an inbox", () => {
  it("hands out what came, in its order, whether it was waited for or not", async () => {
    const { inbox } = make();
    const first = inbox.next();
    const second = inbox.next();
    inbox.put("a");
    inbox.put("b");
    inbox.put(Uint8Array.of(1));
    assert.deepEqual(await first, { value: "a", done: false });
    assert.deepEqual(await second, { value: "b", done: false });
    assert.deepEqual(await inbox.next(), { value: Uint8Array.of(1), done: false });
  });

  it("hands out what came before the end, then is done", async () => {
    const { inbox } = make();
    inbox.put("last");
    inbox.end();
    assert.deepEqual(await inbox.next(), { value: "last", done: false });
    assert.deepEqual(await inbox.next(), { value: undefined, done: true });
    assert.deepEqual(await inbox.next(), { value: undefined, done: true });
  });

  it("ends the wait of whoever waits", async () => {
    const { inbox } = make();
    const waits = [inbox.next(), inbox.next()];
    inbox.end();
    assert.deepEqual(await Promise.all(waits), [
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
  });

  it("hands out without a promise what is there", () => {
    const { inbox, calls } = make(100);
    assert.equal(inbox.take(), undefined);
    inbox.put("");
    inbox.put("a".repeat(100));
    assert.deepEqual([inbox.take(), inbox.take(), inbox.take()], ["", "a".repeat(100), undefined]);
    assert.deepEqual(calls, ["pause", "resume"]);
  });

  it("lets go of what was read although it is never empty", async () => {
    const { inbox } = make(1_000_000);
    const read: WeakRef<Uint8Array>[] = [];
    const put = (): void => {
      const message = new Uint8Array(10);
      read.push(new WeakRef(message));
      inbox.put(message);
    };
    put();
    for (let count = 0; count < 100; count++) {
      put();
      await inbox.next();
    }
    await nextTurn();
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    const kept = read.slice(0, 100).filter((message) => message.deref() !== undefined).length;
    assert.ok(kept <= 2, `${kept} of 100 messages are kept`);
  });

  it("keeps the order, whatever the rhythm of putting and taking", () => {
    const { inbox } = make(1_000_000);
    let [next, expected] = [0, 0];
    for (let round = 1; round < 60; round++) {
      for (let count = 0; count < round % 7; count++) inbox.put(`${next++}`);
      for (let count = 0; count < round % 5; count++) {
        const message = inbox.take();
        if (message !== undefined) assert.equal(message, `${expected++}`);
      }
    }
    while (!inbox.isEmpty) assert.equal(inbox.take(), `${expected++}`);
    assert.equal(expected, next);
  });

  it("tells whether anything waits in it", async () => {
    const { inbox } = make();
    assert.equal(inbox.isEmpty, true);
    inbox.put("a");
    inbox.put("");
    await inbox.next();
    assert.equal(inbox.isEmpty, false);
    await inbox.next();
    assert.equal(inbox.isEmpty, true);
  });

  it("stops the line above the mark, once, and starts it again below half of it", async () => {
    const { inbox, calls } = make(1000);
    inbox.put("a".repeat(600));
    assert.equal(inbox.isFull, false);
    inbox.put("b".repeat(600));
    inbox.put("c".repeat(300));
    assert.deepEqual(calls, ["pause"]);
    assert.equal(inbox.isFull, true);
    await inbox.next();
    assert.deepEqual(calls, ["pause"]);
    await inbox.next();
    assert.deepEqual(calls, ["pause", "resume"]);
    assert.equal(inbox.isFull, false);
  });

  it("stops the line for a flood of empty messages as well", () => {
    const { inbox, calls } = make(1000);
    for (let count = 0; count < 20; count++) inbox.put("");
    assert.deepEqual(calls, ["pause"]);
  });

  it("goes on where a loop was left", async () => {
    const { inbox } = make();
    const messages = { [Symbol.asyncIterator]: () => inbox };
    for (const text of ["a", "b", "c"]) inbox.put(text);
    inbox.end();
    for await (const message of messages) {
      assert.equal(message, "a");
      break;
    }
    const rest: unknown[] = [];
    for await (const message of messages) rest.push(message);
    assert.deepEqual(rest, ["b", "c"]);
  });
});
