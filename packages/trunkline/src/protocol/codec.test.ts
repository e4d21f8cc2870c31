import assert from "node:assert/strict";
import { test } from "node:test";
import { CodecError } from "./codec.ts";

test("a codec's error keeps what the codec threw, whatever that is", () => {
  for (const cause of [new Error("no memory"), "a word", undefined]) {
    const error = new CodecError(cause);
    assert.equal(error.cause, cause);
    assert.equal(error.name, "CodecError");
    assert.match(error.message, /could not be compressed/);
  }
});
