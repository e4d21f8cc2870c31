import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCode, checkReason, countReasonBytes } from "../src/console/close-rules.ts";

test("a page may close with 1000, with 3000 to 4999, or without a code", () => {
  for (const typed of ["1000", "3000", "4999", " 3001 "]) {
    assert.deepEqual(checkCode(typed), { ok: true, value: Number(typed) });
  }
  assert.deepEqual(checkCode(""), { ok: true, value: undefined });
});

test("every other code is refused, and the sentence repeats what was typed", () => {
  for (const typed of ["0", "999", "1001", "1005", "2999", "5000", "66536", "-1", "3000.5", "x"]) {
    const checked = checkCode(typed);
    assert.equal(checked.ok, false, typed);
    assert.ok(!checked.ok && checked.problem.includes(typed));
  }
});

test("a reason is counted in bytes of UTF-8, and 123 is the last length allowed", () => {
  assert.equal(countReasonBytes("é漢😀"), 2 + 3 + 4);
  assert.equal(checkReason("a".repeat(123), 1000).ok, true);
  assert.equal(checkReason("漢".repeat(41), 1000).ok, true);
  const checked = checkReason("漢".repeat(42), 1000);
  assert.ok(!checked.ok && checked.problem.includes("126"));
});

test("a reason needs a code", () => {
  assert.equal(checkReason("bye", undefined).ok, false);
  assert.equal(checkReason("", undefined).ok, true);
});
