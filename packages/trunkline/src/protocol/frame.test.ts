import assert from "node:assert/strict";
import { test } from "node:test";
import { frameFor } from "../testing/frames.test.util.ts";
import { BINARY, FIN, headerSize, MAX_HEADER, writeHeader } from "./frame.ts";
import { readKey } from "./mask.ts";

const borders = [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];

for (const length of borders) {
  test(`a header for ${length} bytes has the minimal length, high byte first (section 5.2)`, () => {
    const bytes = new Uint8Array(MAX_HEADER).fill(0xee);
    const end = writeHeader(bytes, 0, FIN | BINARY, length, undefined);
    const expected = frameFor("client", { opcode: "binary", announced: BigInt(length) });
    assert.deepEqual(bytes.slice(0, end), expected);
    assert.equal(end, headerSize(length));
    assert.ok(bytes.subarray(end).every((byte) => byte === 0xee));
  });

  test(`a masked header for ${length} bytes ends with its key (section 5.3)`, () => {
    const key = Uint8Array.of(1, 2, 0xfe, 0xff);
    const bytes = new Uint8Array(MAX_HEADER + 3);
    const end = writeHeader(bytes, 3, FIN | BINARY, length, readKey(key, 0));
    const expected = frameFor("server", { opcode: "binary", announced: BigInt(length), key });
    assert.deepEqual(bytes.slice(3, end), expected);
    assert.equal(end - 3, headerSize(length) + 4);
  });
}

test("a masked header with the key 0 still has its four bytes", () => {
  const bytes = new Uint8Array(MAX_HEADER);
  assert.equal(writeHeader(bytes, 0, FIN | BINARY, 5, 0), 6);
  assert.deepEqual([...bytes.subarray(0, 6)], [0x82, 0x85, 0, 0, 0, 0]);
});
