import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import { makeMessage } from "./message.ts";

describe("a message", () => {
  it("is of the length that was asked for, and the same each time", () => {
    for (const size of [1, 64, 65, 10_000]) {
      const text = makeMessage(size, false);
      assert.equal(text.length, size);
      assert.equal(makeMessage(size, false), text);
      assert.equal(makeMessage(size, true).length, size);
    }
  });

  it("compresses about as prose does", () => {
    const bytes = makeMessage(100_000, true);
    assert.ok(bytes instanceof Uint8Array);
    const ratio = bytes.length / deflateRawSync(bytes).length;
    assert.ok(ratio > 2 && ratio < 5, String(ratio));
  });
});
