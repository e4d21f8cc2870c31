/**
 * What every transport keeps, as one suite: each implementation's test gives it a way to open a pair
 * of connected ends, and has nothing else to say.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Transport } from "../connection/transport.ts";
import { nextTurn } from "./fake-transport.test.util.ts";
import { cut, join, pattern } from "./frames.test.util.ts";
import { Recorder } from "./recorder.test.util.ts";

export type OpenPair = (t: TestContext) => Promise<readonly [Transport, Transport]>;

interface Pair {
  readonly near: Transport;
  readonly far: Transport;
  readonly nearSees: Recorder;
  readonly farSees: Recorder;
}

/** Does something of its own inside of the first calls of `onData`. */
class Acting extends Recorder {
  readonly #acts: (() => void)[];

  constructor(...acts: (() => void)[]) {
    super();
    this.#acts = acts;
  }

  override onData(bytes: Uint8Array, length?: number): void {
    this.#acts.shift()?.();
    super.onData(bytes, length);
  }
}

async function startPair(
  t: TestContext,
  open: OpenPair,
  makeFar: (far: Transport) => Recorder = () => new Recorder(),
): Promise<Pair> {
  const [near, far] = await open(t);
  const nearSees = new Recorder();
  const farSees = makeFar(far);
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

/** What may still come after a pause: a read, and what was taken off the line before it. Bytes. */
const ON_ITS_WAY = 524_288;

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

    test("carries bytes that come one by one", async (t) => {
      const { near, farSees } = await startPair(t, open);
      const bytes = pattern(200);
      for (const piece of cut(bytes, [1])) {
        near.write(piece);
        await nextTurn();
      }
      await farSees.until(() => farSees.count === 200);
      assert.deepEqual(farSees.bytes, bytes);
    });

    test("keeps its own bytes apart from those of another connection", async (t) => {
      const pairs = [await startPair(t, open), await startPair(t, open)];
      const sizes = [1, 70_000, 3, 500, 140_000, 20];
      for (const size of sizes) {
        for (const [seed, { near, far }] of pairs.entries()) {
          near.write(pattern(size, seed));
          far.write(pattern(size, seed + 100));
        }
        await nextTurn();
      }
      const all = (seed: number): Uint8Array => join(...sizes.map((size) => pattern(size, seed)));
      for (const [seed, { nearSees, farSees }] of pairs.entries()) {
        const expected = [all(seed), all(seed + 100)];
        await farSees.until(() => farSees.count === expected[0].length);
        await nearSees.until(() => nearSees.count === expected[1].length);
        assert.deepEqual([farSees.bytes, nearSees.bytes], expected);
      }
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

    test("that is paused at its start delivers little or nothing, and all of it after", async (t) => {
      const [near, far] = await open(t);
      t.after(() => {
        near.destroy();
        far.destroy();
      });
      const sees = new Recorder();
      near.start(new Recorder());
      far.start(sees);
      far.pause();
      const written = writeUntilHeld(near);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      assert.ok(sees.count <= ON_ITS_WAY, `${sees.count} bytes came`);
      far.resume();
      await sees.until(() => sees.count === written.length);
      assert.deepEqual(sees.bytes, written);
    });

    test("can be paused from inside a delivery: only what was on its way still comes", async (t) => {
      const { near, far, farSees } = await startPair(
        t,
        open,
        (end) => new Acting(() => end.pause()),
      );
      const written = writeUntilHeld(near);
      await farSees.until(() => farSees.count > 0);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      assert.ok(farSees.count <= ON_ITS_WAY, `${farSees.count} bytes came`);
      far.resume();
      await farSees.until(() => farSees.count === written.length);
      assert.deepEqual(farSees.bytes, written);
    });

    test("takes pause, resume, pause in one turn as a pause", async (t) => {
      const { near, far, farSees } = await startPair(t, open);
      near.write(pattern(10));
      await farSees.until(() => farSees.count === 10);
      far.pause();
      far.resume();
      far.pause();
      const written = writeUntilHeld(near);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      assert.ok(farSees.count <= 10 + ON_ITS_WAY, `${farSees.count} bytes came`);
      far.resume();
      await farSees.until(() => farSees.count === 10 + written.length);
    });

    test("can be written to from inside a delivery", async (t) => {
      const { near, nearSees } = await startPair(t, open, (end) => {
        return new Acting(
          () => void end.write(pattern(1000, 1)),
          () => void end.writeAll([pattern(70_000, 2), pattern(5, 3)]),
        );
      });
      near.write(pattern(10));
      await nearSees.until(() => nearSees.count === 1000);
      near.write(pattern(10));
      await nearSees.until(() => nearSees.count === 71_005);
      const expected = join(pattern(1000, 1), pattern(70_000, 2), pattern(5, 3));
      assert.deepEqual(nearSees.bytes, expected);
    });

    test("can be destroyed from inside a delivery: nothing follows but the close", async (t) => {
      const { near, farSees } = await startPair(t, open, (end) => new Acting(() => end.destroy()));
      for (let count = 0; count < 20; count++) near.write(pattern(20_000));
      await farSees.until(() => farSees.closed);
      await nextTurn();
      assert.deepEqual(farSees.events, ["data", "close"]);
    });

    test("closes once when the other end goes while it holds bytes", async (t) => {
      const { near, far, nearSees } = await startPair(t, open);
      far.pause();
      writeUntilHeld(near);
      far.destroy();
      if (!silentDestroy) {
        await nearSees.until(() => nearSees.closed || nearSees.events.includes("end"));
      }
      near.destroy();
      await nearSees.until(() => nearSees.closed);
      await nextTurn();
      const closes = nearSees.events.filter((event) => event.startsWith("close"));
      assert.equal(closes.length, 1);
      assert.ok(nearSees.events.at(-1)?.startsWith("close"), "something followed the close");
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
