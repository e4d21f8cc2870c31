import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cut, join, runtime, toBytes } from "../testing/frames.test.util.ts";
import { broken, wellFormed } from "../testing/utf8-cases.test.util.ts";
import { Utf8Checker } from "./utf8.ts";

fc.configureGlobal({ seed: 6455 });

/** Index of the first piece that is refused, or -1. */
function firstRefused(pieces: readonly Uint8Array[], checker = new Utf8Checker(runtime)): number {
  return pieces.findIndex((piece) => !checker.push(piece, 0, piece.length));
}

/** Table 3-7 of the Unicode Standard, row for row: the lead's range, then each byte's. */
const table: readonly (readonly (readonly [low: number, high: number])[])[] = [
  [[0x00, 0x7f]],
  [
    [0xc2, 0xdf],
    [0x80, 0xbf],
  ],
  [
    [0xe0, 0xe0],
    [0xa0, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xe1, 0xec],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xed, 0xed],
    [0x80, 0x9f],
    [0x80, 0xbf],
  ],
  [
    [0xee, 0xef],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf0, 0xf0],
    [0x90, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf4, 0xf4],
    [0x80, 0x8f],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
];

interface Verdict {
  /** Index of the first byte that cannot be there, or -1. */
  readonly badAt: number;
  readonly complete: boolean;
}

/** The slow reference: walks the table a byte at a time. */
function judge(bytes: Uint8Array): Verdict {
  let rest: readonly (readonly [number, number])[] = [];
  for (const [index, byte] of bytes.entries()) {
    const row = rest.length > 0 ? rest : (table.find(([lead]) => isIn(byte, lead)) ?? []);
    if (!isIn(byte, row[0])) return { badAt: index, complete: false };
    rest = row.slice(1);
  }
  return { badAt: -1, complete: rest.length === 0 };
}

function isIn(byte: number, range: readonly [number, number] | undefined): boolean {
  return range !== undefined && byte >= range[0] && byte <= range[1];
}

test("the reference knows the table's borders and every way to leave it", () => {
  for (const bytes of wellFormed) assert.deepEqual(judge(bytes), { badAt: -1, complete: true });
  for (const { name, bytes, badAt } of broken) {
    const expected = badAt === bytes.length ? -1 : badAt;
    assert.deepEqual(judge(bytes), { badAt: expected, complete: false }, name);
  }
});

test("every pair of bytes, and every triple of bytes that decide something, is judged as by the reference", () => {
  const deciding = [
    0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
  ];
  deciding.push(0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) assertJudged(Uint8Array.of(first, second));
  }
  for (const a of deciding) {
    for (const b of deciding) for (const c of deciding) assertJudged(Uint8Array.of(a, b, c));
  }
});

/** Byte by byte, so that the verdict falls with the byte that decides it. */
function assertJudged(bytes: Uint8Array): void {
  const checker = new Utf8Checker(runtime);
  const expected = judge(bytes);
  const found = firstRefused(cut(bytes, [1]), checker);
  assert.equal(found, expected.badAt, `${bytes}`);
  if (found === -1) assert.equal(checker.complete, expected.complete, `${bytes}`);
}

for (const { name, bytes, badAt } of broken) {
  test(`text with ${name} is refused with the byte that decides it`, () => {
    const checker = new Utf8Checker(runtime);
    const found = firstRefused(cut(bytes, [1]), checker);
    if (badAt < bytes.length) assert.equal(found, badAt);
    else assert.deepEqual([found, checker.complete], [-1, false]);
  });
}

test("any text in any pieces is refused in the piece where the reference refuses it", () => {
  const wellFormedText = fc.constantFrom(...wellFormed);
  const nearly = fc
    .array(
      fc.oneof(wellFormedText, wellFormedText, fc.constantFrom(...broken.map((b) => b.bytes))),
      {
        maxLength: 12,
      },
    )
    .map((list) => join(...list));
  const bytes = fc.oneof(nearly, fc.uint8Array({ maxLength: 20 }));
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(bytes, sizes, (text, chunks) => {
      const expected = judge(text);
      const pieces = cut(text, chunks);
      const checker = new Utf8Checker(runtime);
      const found = firstRefused(pieces, checker);
      assert.equal(found, pieceWith(pieces, expected.badAt));
      if (found === -1) assert.equal(checker.complete, expected.complete);
    }),
    { numRuns: 1000 },
  );
});

function pieceWith(pieces: readonly Uint8Array[], index: number): number {
  if (index === -1) return -1;
  let end = 0;
  return pieces.findIndex((piece) => {
    end += piece.length;
    return index < end;
  });
}

test("a piece that is known to be ASCII is refused where a sequence was cut, and only there", () => {
  const checker = new Utf8Checker(runtime);
  assert.equal(checker.pushAscii(), true);
  assert.equal(checker.ascii, true);
  const [lead, ...rest] = toBytes("€");
  assert.equal(checker.push(Uint8Array.of(lead), 0, 1), true);
  assert.deepEqual([checker.ascii, checker.complete], [false, false]);
  assert.equal(checker.pushAscii(), false);
  assert.equal(checker.push(Uint8Array.from(rest), 0, rest.length), true);
  assert.equal(checker.pushAscii(), true);
  assert.deepEqual([checker.ascii, checker.complete], [false, true]);
});

test("only the bytes between start and end are looked at", () => {
  const checker = new Utf8Checker(runtime);
  const bytes = Uint8Array.of(0xff, 0xe2, 0x82, 0xac, 0xff);
  assert.equal(checker.push(bytes, 1, 3), true);
  assert.equal(checker.complete, false);
  assert.equal(checker.push(bytes, 3, 4), true);
  assert.equal(checker.complete, true);
  assert.equal(checker.push(bytes, 4, 4), true);
});
