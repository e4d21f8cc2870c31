/**
 * Inflates by RFC 1951, plainly and slowly, and sees how far back a message refers: zlib does not say.
 */
import assert from "node:assert/strict";

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
];
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** From `${length} ${code}` to symbol (section 3.2.2). */
type Codes = ReadonlyMap<string, number>;

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length * 8;
  }

  take(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#at++) {
      value |= ((this.#bytes[this.#at >> 3] >> (this.#at & 7)) & 1) << bit;
    }
    return value;
  }

  symbol(codes: Codes): number {
    let code = 0;
    for (let length = 1; length <= 15; length++) {
      code = code * 2 + this.take(1);
      const symbol = codes.get(`${length} ${code}`);
      if (symbol !== undefined) return symbol;
    }
    return assert.fail("no such code");
  }

  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }
}

function codesOf(lengths: readonly number[]): Codes {
  const codes = new Map<string, number>();
  let code = 0;
  for (let length = 1; length <= 15; length++, code *= 2) {
    for (const [symbol, itsLength] of lengths.entries()) {
      if (itsLength === length) codes.set(`${length} ${code++}`, symbol);
    }
  }
  return codes;
}

const repeat = (count: number, length: number): number[] => new Array<number>(count).fill(length);
const fixedLengths = codesOf([
  ...repeat(144, 8),
  ...repeat(112, 9),
  ...repeat(24, 7),
  ...repeat(8, 8),
]);
const fixedDistances = codesOf(repeat(30, 5));

function readCodes(bits: Bits): readonly [Codes, Codes] {
  const [literals, distances, count] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const ofLengths = repeat(19, 0);
  for (const symbol of LENGTHS_ORDER.slice(0, count)) ofLengths[symbol] = bits.take(3);
  const codes = codesOf(ofLengths);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const symbol = bits.symbol(codes);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) lengths.push(...repeat(3 + bits.take(2), lengths.at(-1) ?? 0));
    else lengths.push(...repeat(symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7), 0));
  }
  return [codesOf(lengths.slice(0, literals)), codesOf(lengths.slice(literals))];
}

/** What blocks that begin behind `before` inflate to, and the greatest distance they refer back. */
export function inflatePlainly(
  blocks: Uint8Array,
  before: Uint8Array = new Uint8Array(0),
): { readonly bytes: Uint8Array; readonly farthest: number } {
  const bits = new Bits(blocks);
  const out = [...before];
  let farthest = 0;
  const copy = (length: number, distance: number): void => {
    assert.ok(distance <= out.length, "it refers to before the beginning");
    farthest = Math.max(farthest, distance);
    for (let count = 0; count < length; count++) out.push(out[out.length - distance]);
  };
  const compressedBlock = (lengths: Codes, distances: Codes): void => {
    for (let symbol = bits.symbol(lengths); symbol !== 256; symbol = bits.symbol(lengths)) {
      if (symbol < 256) {
        out.push(symbol);
        continue;
      }
      const length = LENGTH_BASE[symbol - 257] + bits.take(LENGTH_EXTRA[symbol - 257]);
      const distance = bits.symbol(distances);
      copy(length, DISTANCE_BASE[distance] + bits.take(Math.max(0, (distance >> 1) - 1)));
    }
  };
  while (!bits.done) {
    bits.take(1);
    const type = bits.take(2);
    if (type === 1) compressedBlock(fixedLengths, fixedDistances);
    else if (type === 2) compressedBlock(...readCodes(bits));
    else {
      bits.align();
      const size = bits.take(16);
      assert.equal(bits.take(16), size ^ 0xffff);
      for (let count = 0; count < size; count++) out.push(bits.take(8));
    }
  }
  return { bytes: Uint8Array.from(out.slice(before.length)), farthest };
}
