import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { frameFor, join } from "../testing/frames.test.util.ts";
import { closeReason, Sender } from "./sender.ts";

/** A socket that keeps what is written. */
class Kept {
  destroyed = false;
  readonly pieces: Uint8Array[] = [];
  readonly calls: string[] = [];

  write(chunk: Uint8Array | string, callback?: () => void): void {
    this.pieces.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    this.calls.push("write");
    callback?.();
  }

  cork(): void {
    this.calls.push("cork");
  }

  uncork(): void {
    this.calls.push("uncork");
  }
}

const text = (payload: string): Uint8Array => frameFor("client", { opcode: "text", payload });

describe("a sender", () => {
  test("keeps the pieces of a frame together", () => {
    const socket = new Kept();
    let told = 0;
    new Sender(socket).sendFrame([Buffer.from("a"), "b"], () => told++);
    assert.deepEqual(socket.calls, ["cork", "write", "write", "uncork"]);
    assert.equal(told, 1);
  });

  test("does not change what it masks", () => {
    const data = Buffer.from("unchanged");
    Sender.frame(data, { fin: true, opcode: 1, mask: true, readOnly: false });
    assert.equal(data.toString(), "unchanged");
  });

  test("holds everything back while a Blob is read, and counts it", async () => {
    const socket = new Kept();
    const sender = new Sender(socket);
    const whole = { fin: true, binary: false, mask: false };
    sender.send(new Blob(["one"]), whole);
    sender.send("two", whole);
    assert.equal(sender.isIdle, false);
    assert.equal(sender._bufferedBytes, 6);
    assert.equal(socket.pieces.length, 0);
    while (socket.pieces.length < 4) await nextTurn();
    assert.deepEqual(Uint8Array.from(join(...socket.pieces)), join(text("one"), text("two")));
    assert.equal(sender.isIdle, true);
    assert.equal(sender._bufferedBytes, 0);
  });

  test("tells who sent a Blob that cannot be read, or too late", async () => {
    const errors: (Error | null | undefined)[] = [];
    const told: Error[] = [];
    const sender = new Sender(new Kept());
    sender.onerror = (error) => void told.push(error);
    const blob = new Blob(["x"]);
    blob.arrayBuffer = () => Promise.reject(new Error("unreadable"));
    sender.send(blob, { fin: true }, (error) => errors.push(error));
    sender.send("behind it", { fin: true }, (error) => errors.push(error));
    while (told.length === 0) await nextTurn();
    const gone = new Kept();
    gone.destroyed = true;
    await new Promise<void>((resolve) => {
      new Sender(gone).send(new Blob(["x"]), { fin: true }, (error) => {
        errors.push(error);
        resolve();
      });
    });
    assert.deepEqual(
      errors.map((error) => error?.message),
      ["unreadable", "unreadable", "The socket was closed while the blob was being read"],
    );
  });
});

test("a reason is text of at most 123 bytes behind a code", () => {
  assert.equal(closeReason(undefined, "ignored"), "");
  assert.equal(closeReason(1000, undefined), "");
  assert.equal(closeReason(1000, Buffer.from("bytes")), "bytes");
  assert.throws(() => closeReason(1000, "é".repeat(62)), RangeError);
  for (const nothing of [undefined, "", 5, {}, []]) assert.equal(closeReason(1000, nothing), "");
  assert.throws(() => closeReason(1000, null), TypeError);
  assert.throws(() => closeReason(1000, ["a list"]), TypeError);
  assert.throws(() => closeReason("1000", "x"), TypeError);
});
