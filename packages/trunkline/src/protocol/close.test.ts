import assert from "node:assert/strict";
import { test } from "node:test";
import { closePayload, join, runtime } from "../testing/frames.test.util.ts";
import { encodeClose, isSendableCode, readClose } from "./close.ts";

test("the codes that may stand in a Close frame are those of section 7.4 and the IANA registry", () => {
  const registered = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
  for (let code = -1; code <= 5001; code++) {
    const expected = registered.includes(code) || (code >= 3000 && code <= 4999);
    assert.equal(isSendableCode(code), expected, `${code}`);
  }
  assert.equal(isSendableCode(65_535), false);
  assert.equal(isSendableCode(Number.NaN), false);
});

test("a code that is not a whole number is not sendable", () => {
  for (const code of [1000.5, 3000.5, 4999.9, Number.POSITIVE_INFINITY]) {
    assert.equal(isSendableCode(code), false, `${code}`);
  }
});

test("a Close is written as its code, high byte first, and its reason (section 5.5.1)", () => {
  assert.deepEqual([...encodeClose(1000, "", runtime)], [0x03, 0xe8]);
  assert.deepEqual(encodeClose(4999, "bye é 😀", runtime), closePayload(4999, "bye é 😀"));
  assert.deepEqual(encodeClose(1001, "\ud800", runtime), closePayload(1001, "\ufffd"));
});

test("1005 is written as no payload at all (section 7.1.5)", () => {
  assert.equal(encodeClose(1005, "", runtime).length, 0);
});

test("a Close is read from the middle of other bytes", () => {
  const bytes = join(Uint8Array.of(9, 9), closePayload(1001, "gone"), Uint8Array.of(9));
  assert.deepEqual(readClose(bytes, 2, 8, runtime), { code: 1001, reason: "gone" });
  assert.deepEqual(readClose(bytes, 2, 2, runtime), { code: 1005, reason: "" });
});

test("what is wrong with a Close is said by name", () => {
  const bytes = join(closePayload(1005), closePayload(1000, Uint8Array.of(0xff)));
  assert.equal(readClose(bytes, 0, 1, runtime), "closeLength");
  assert.equal(readClose(bytes, 0, 2, runtime), "closeCode");
  assert.equal(readClose(bytes, 2, 5, runtime), "closeReason");
});
