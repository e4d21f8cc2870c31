import assert from "node:assert/strict";
import { test } from "node:test";
import { checkClose } from "./close-check.ts";

test("codes that a Close may carry pass, with a reason of up to 123 bytes", () => {
  checkClose(undefined);
  for (const code of [1000, 1001, 1003, 1007, 1014, 3000, 4999]) checkClose(code, "é".repeat(61));
});

test("other codes, long reasons, and reasons without a code are the caller's mistakes", () => {
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5]) {
    assert.throws(() => checkClose(code), RangeError);
  }
  assert.throws(() => checkClose(1000, "é".repeat(62)), RangeError);
  assert.throws(() => checkClose(undefined, "why"), TypeError);
});
