import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BINARY, CLOSE, encodeFrame, FrameScanner, PING, RSV1, TEXT } from "./frame.ts";
import { describeFrame, Transcript } from "./transcript.ts";

describe("a frame in words", () => {
  const letters = Buffer.from("hello");

  it("has its opcode, its length, and what is out of the ordinary", () => {
    assert.equal(describeFrame({ opcode: TEXT, payload: letters }), "text, 5 bytes");
    assert.equal(
      describeFrame({ opcode: BINARY, payload: letters, fin: false, rsv: RSV1 }),
      "binary, 5 bytes, not final, RSV1",
    );
    assert.equal(describeFrame({ opcode: 3 }), "opcode 3, 0 bytes");
    assert.equal(
      describeFrame({ opcode: CLOSE, payload: Buffer.from([3, 232]) }),
      "close, 2 bytes, code 1000",
    );
  });

  it("says in how many bits a length was written that needs fewer, both ways", () => {
    const frame = { opcode: PING, payload: letters, lengthBits: 16 } as const;
    assert.equal(describeFrame(frame), "ping, 5 bytes, length in 16 bits");
    const scanner = new FrameScanner();
    scanner.push(encodeFrame(frame));
    const scanned = scanner.next();
    assert.equal(scanned && describeFrame(scanned), "ping, 5 bytes, length in 16 bits");
  });

  it("calls a length minimal that its announcement needs", () => {
    const frame = { opcode: TEXT, payload: letters, announced: 2n ** 40n, lengthBits: 64 } as const;
    assert.equal(describeFrame(frame), "text, 5 bytes, announced as 1099511627776");
  });

  it("has a key that was chosen, and its absence", () => {
    assert.equal(describeFrame({ opcode: TEXT, mask: "none" }), "text, 0 bytes, unmasked");
    const mask = Buffer.from([0, 0, 0, 1]);
    assert.equal(describeFrame({ opcode: TEXT, mask }), "text, 0 bytes, key 00000001");
  });
});

describe("the transcript", () => {
  it("keeps the first 64 bytes of an entry, and the first 120 entries, and counts the rest", () => {
    const transcript = new Transcript();
    for (let count = 0; count < 123; count++) transcript.add("suite", "text", Buffer.alloc(65, 7));
    assert.deepEqual([transcript.entries.length, transcript.left], [120, 3]);
    assert.deepEqual(transcript.entries[0], {
      from: "suite",
      what: "text",
      bytes: "07".repeat(64),
      length: 65,
    });
  });
});
