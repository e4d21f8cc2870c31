import assert from "node:assert/strict";
import { test } from "node:test";
import { growCount } from "../src/benchmark/measure.ts";
import { type Message, makeMessage, Verifier } from "../src/benchmark/pattern.ts";
import { allSizes, formatCsv, type MessageKind, type Plan } from "../src/benchmark/plan.ts";

const plan: Plan = {
  direction: "send",
  kind: "blob",
  thread: "worker",
  verify: true,
  sizes: [10],
};

test("sizes are doubled from 10 bytes on, and end with 100 MB", () => {
  assert.deepEqual(allSizes.slice(0, 3), [10, 20, 40]);
  assert.deepEqual(allSizes.slice(-2), [83_886_080, 100_000_000]);
  assert.equal(allSizes.length, 25);
});

test("results are copied as CSV with a line of names", () => {
  const result = { size: 1000, messages: 50, milliseconds: 250, bad: 2 };
  assert.equal(
    formatCsv([{ plan, result }]),
    "direction,kind,thread,verified,size,messages,milliseconds,bytes_per_second,messages_per_second,bad\n" +
      "send,blob,worker,yes,1000,50,250.00,200000,200,2\n",
  );
});

test("a message of each kind has its size, and is told from one that differs in one byte", async () => {
  const text = "abcdefghijklmnopqrstuvwxyzabcd";
  const wrong = text.replace("m", "M");
  const bytes = (of: string): ArrayBuffer => new TextEncoder().encode(of).buffer;
  const kinds: readonly (readonly [MessageKind, (of: string) => Message])[] = [
    ["string", (of) => of],
    ["arraybuffer", bytes],
    ["blob", (of) => new Blob([of])],
  ];
  for (const [kind, make] of kinds) {
    const verifier = new Verifier(kind, 30);
    assert.ok(await verifier.isRight(makeMessage(kind, 30)), kind);
    assert.ok(await verifier.isRight(make(text)), kind);
    assert.equal(await verifier.isRight(make(wrong)), false, kind);
    assert.equal(await verifier.isRight(make(text.slice(1))), false, kind);
  }
  assert.equal(await new Verifier("string", 30).isRight(bytes(text)), false);
});

test("a batch that took long enough is the one, a shorter one grows within bounds", () => {
  assert.equal(growCount(8, 10, 100), 8);
  assert.equal(growCount(1, 10, 1), 16);
  assert.equal(growCount(100, 10, 75), 200);
  assert.equal(growCount(65_536, 10, 20), 65_536);
  assert.equal(growCount(1, 100_000_000, 20), 1);
  assert.equal(growCount(1, 30_000_000, 20), 3);
});
