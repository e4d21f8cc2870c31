import assert from "node:assert/strict";
import { it } from "node:test";
import { formatHexDump } from "./hex-dump.ts";

it("shows offset, bytes and ASCII, sixteen in a row", () => {
  assert.equal(
    formatHexDump(Buffer.from("Hello, wide world\n\x00\xff", "latin1")),
    [
      "00000000  48 65 6c 6c 6f 2c 20 77  69 64 65 20 77 6f 72 6c  |Hello, wide worl|",
      "00000010  64 0a 00 ff                                       |d...|",
    ].join("\n"),
  );
});

it("shows nothing of nothing, and no more than the limit", () => {
  assert.equal(formatHexDump(new Uint8Array(0)), "");
  const lines = formatHexDump(new Uint8Array(40), 32).split("\n");
  assert.deepEqual([lines.length, lines[2]], [3, "and 8 bytes more"]);
});
