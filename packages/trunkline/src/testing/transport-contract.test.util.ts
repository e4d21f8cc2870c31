/**
 * What every transport keeps, as one suite: each implementation's test gives it a way to open a pair
 * of connected ends, and has nothing else to say.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Transport } from "../connection/transport.ts";
import { nextTurn } from "./fake-transport.test.util.ts";
import { join, pattern } from "./frames.test.util.ts";
import { Recorder } from "./recorder.test.util.ts";

export type OpenPair = (t: TestContext) => Promise<readonly [Transport, Transport]>;

interface Pair {
  readonly near: Transport;
  readonly far: Transport;
  readonly nearSees: Recorder;
  readonly farSees: Recorder;
}

async function startPair(t: TestContext, open: OpenPair): Promise<Pair> {
  const [near, far] = await open(t);
  const nearSees = new Recorder();
  const farSees = new Recorder();
  near.start(nearSees);
  far.start(farSees);
  t.after(() => {
    near.destroy();
    far.destroy();
  });
  return { near, far, nearSees, farSees };
}

/** Writes 64 KiB at a time until the transport holds some of it; returns what was written. */
function writeUntilHeld(transport: Transport): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let left = true; left; ) {
    assert.ok(pieces.length < 2000, "it takes whatever it is given");
    const piece = pattern(65_536, pieces.length);
    left = transport.write(piece);
    pieces.push(piece);
  }
  return join(...pieces);
}

export interface Traits {
  /** The other end does not learn that this one was destroyed. */
  readonly silentDestroy?: boolean;
}

export function describeTransport(name: string, open: OpenPair, traits: Traits = {}): void {
  const { silentDestroy = false } = traits;
  describe(name, () => {
    test("carries bytes both ways, in order", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      const pieces = [1, 2, 1000, 70_000].map((size) => pattern(size, size));
      for (const piece of pieces) near.write(piece);
      far.write(pattern(10));
      near.writeAll([pattern(3), pattern(4), pattern(5)]);
      const expected = join(...pieces, pattern(3), pattern(4), pattern(5));
      await farSees.until(() => farSees.count === expected.length);
      await nearSees.until(() => nearSees.count === 10);
      assert.deepEqual(farSees.bytes, expected);
      assert.deepEqual(nearSees.bytes, pattern(10));
    });

    test("is done with bytes for which write returned true", async (t) => {
      const { near, far, farSees } = await startPair(t, open);
      far.pause();
      const sizes = [10, 100, 1000, 20_000];
      const kept: Uint8Array[] = [];
      for (const size of sizes) {
        const bytes = pattern(size);
        if (near.write(bytes)) bytes.fill(0);
        else kept.push(bytes);
      }
      await nextTurn();
      far.resume();
      await farSees.until(() => farSees.count === 21_110);
      assert.deepEqual(farSees.bytes, join(...sizes.map((size) => pattern(size))));
    });

    test("does not change bytes that it was given, whatever the other end does with its own", async (t) => {
      const { near, farSees } = await startPair(t, open);
      const bytes = pattern(1000);
      near.write(bytes);
      await farSees.until(() => farSees.count === 1000);
      assert.deepEqual(bytes, pattern(1000));
    });

    test("tells once that what it held has left", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      far.pause();
      const written = writeUntilHeld(near);
      assert.ok(near.buffered > 0);
      assert.equal(nearSees.drains, 0);
      far.resume();
      await farSees.until(() => farSees.count === written.length);
      await nearSees.until(() => nearSees.drains === 1);
      assert.equal(near.buffered, 0);
      assert.deepEqual(farSees.bytes, written);
      await nextTurn();
      assert.equal(nearSees.drains, 1);
    });

    test("reports nothing from inside a call", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      near.write(pattern(100));
      far.pause();
      writeUntilHeld(near);
      far.resume();
      near.end();
      assert.deepEqual([nearSees.events, farSees.events], [[], []]);
      await farSees.until(() => farSees.events.includes("end"));
    });

    test("delivers nothing while it is paused, and all of it after", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      far.pause();
      near.write(pattern(5000));
      near.end();
      // An answer the other way shows that the bytes had their time.
      far.write(pattern(1));
      await nearSees.until(() => nearSees.count === 1);
      await nextTurn();
      assert.deepEqual([farSees.count, farSees.events.includes("end")], [0, false]);
      far.resume();
      await farSees.until(() => farSees.events.includes("end"));
      assert.deepEqual(farSees.bytes, pattern(5000));
    });

    test("half-closes: the end comes after everything, and the other way stays open", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      near.write(pattern(100_000));
      near.end();
      await farSees.until(() => farSees.events.includes("end"));
      assert.equal(farSees.count, 100_000);
      far.write(pattern(10));
      far.end();
      await nearSees.until(() => nearSees.closed);
      await farSees.until(() => farSees.closed);
      assert.deepEqual(nearSees.bytes, pattern(10));
      for (const { events } of [nearSees, farSees]) {
        const others = events.filter((event) => event !== "drain");
        assert.deepEqual(others, ["data", "end", "close"]);
      }
    });

    test("is gone when it is destroyed, and the other end learns of it", async (t) => {
      const { near, far, nearSees, farSees } = await startPair(t, open);
      far.write(pattern(10));
      await nearSees.until(() => nearSees.count === 10);
      near.destroy();
      near.destroy();
      await nearSees.until(() => nearSees.closed);
      if (!silentDestroy) {
        await farSees.until(() => farSees.closed || farSees.events.includes("end"));
      }
      await nextTurn();
      assert.deepEqual(nearSees.events, ["data", "close"]);
      assert.equal(near.buffered, 0);
    });

    test("that was destroyed before its start says so", async (t) => {
      const [near, far] = await open(t);
      t.after(() => far.destroy());
      near.destroy();
      const sees = new Recorder();
      near.start(sees);
      await sees.until(() => sees.closed);
      await nextTurn();
      assert.deepEqual(sees.events, ["close"]);
    });
  });
}
