import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex, formatHexDump, parseHex } from "../src/console/hex.ts";

test("hex is read in every common spelling", () => {
  for (const typed of ["00ff10", "00 FF 10", "0x00, 0xff, 0x10", "00:ff:10", "00-ff\n10"]) {
    assert.deepEqual(parseHex(typed), { ok: true, value: Uint8Array.of(0, 255, 16) }, typed);
  }
  assert.deepEqual(parseHex(""), { ok: true, value: new Uint8Array() });
});

test("what is not hex is refused with the character or the half byte that is wrong", () => {
  const letter = parseHex("00 fg");
  assert.ok(!letter.ok && letter.problem.includes("g"));
  const half = parseHex("00 f 10");
  assert.ok(!half.ok && half.problem.includes("f"));
});

test("what is printed as hex reads back as the same bytes", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(parseHex(formatHex(bytes)), { ok: true, value: bytes });
});

test("a hex dump shows offset, bytes and printable characters in columns", () => {
  const bytes = new TextEncoder().encode("Hello, line\n!");
  assert.equal(
    formatHexDump(bytes, 8),
    "000000  48 65 6c 6c 6f 2c 20 6c  Hello, l\n000008  69 6e 65 0a 21           ine.!",
  );
});
