import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BINARY, CLOSE, encodeFrame, FrameScanner, PING, sizeOfHeader, TEXT } from "./frame.ts";

const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

describe("encodeFrame", () => {
  // The examples of RFC 6455, section 5.7.
  const table = [
    [
      "an unmasked text",
      encodeFrame({ opcode: TEXT, payload: Buffer.from("Hello") }),
      "810548656c6c6f",
    ],
    [
      "a masked text",
      encodeFrame({ opcode: TEXT, payload: Buffer.from("Hello") }, KEY),
      "818537fa213d7f9f4d5158",
    ],
    [
      "a first fragment",
      encodeFrame({ opcode: TEXT, payload: Buffer.from("Hel"), fin: false }),
      "010348656c",
    ],
    ["a masked frame without its mask", encodeFrame({ opcode: PING, mask: "none" }, KEY), "8900"],
    ["reserved bits", encodeFrame({ opcode: BINARY, rsv: 5 }), "d200"],
    ["a length that is not minimal", encodeFrame({ opcode: CLOSE, lengthBits: 16 }), "887e0000"],
    [
      "an announced length",
      encodeFrame({ opcode: BINARY, announced: 2n ** 63n }),
      "827f8000000000000000",
    ],
  ] as const;
  for (const [name, bytes, expected] of table) {
    it(`writes ${name}`, () => assert.equal(bytes.toString("hex"), expected));
  }

  for (const [length, header] of [
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ] as const) {
    it(`writes the length ${length} in a header of ${header} bytes`, () => {
      const bytes = encodeFrame({ opcode: BINARY, payload: Buffer.alloc(length) });
      assert.deepEqual([sizeOfHeader(bytes), bytes.length], [header, header + length]);
    });
  }
});

describe("FrameScanner", () => {
  const frames = [0, 1, 125, 126, 65_536].map((length) => ({
    opcode: BINARY,
    payload: Buffer.alloc(length, 7),
  }));
  for (const [name, key] of [
    ["masked", KEY],
    ["unmasked", undefined],
  ] as const) {
    for (const size of [1, 3, 4096, 1_000_000]) {
      it(`reads ${name} frames that come in pieces of ${size}`, () => {
        const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame, key)));
        const scanner = new FrameScanner();
        const lengths: number[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          scanner.push(bytes.subarray(at, at + size));
          for (let frame = scanner.next(); frame; frame = scanner.next()) {
            assert.ok(frame.payload.every((byte) => byte === 7));
            lengths.push(frame.payload.length);
          }
        }
        assert.deepEqual([lengths, scanner.pending], [[0, 1, 125, 126, 65_536], 0]);
      });
    }
  }
});
