/**
 * UTF-8 by example: every row of the Unicode Standard's table 3-7 (RFC 3629, section 4, has the same
 * as a grammar) with its borders, and every way to leave it.
 */
import { fromHex } from "./frames.test.util.ts";

/** Well-formed, each the first or the last of a row of table 3-7. */
export const wellFormed: readonly Uint8Array[] = [
  "00",
  "7f",
  "c280",
  "dfbf",
  "e0a080",
  "e0bfbf",
  "e18080",
  "ecbfbf",
  "ed8080",
  "ed9fbf",
  "ee8080",
  "efbfbf",
  "f0908080",
  "f0bfbfbf",
  "f1808080",
  "f3bfbfbf",
  "f4808080",
  "f48fbfbf",
].map(fromHex);

export interface BrokenText {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Index of the first byte that no well-formed text has there; the length when only its end is wrong. */
  readonly badAt: number;
}

export const broken: readonly BrokenText[] = [
  row("a continuation byte first", "80", 0),
  row("the last continuation byte first", "bf", 0),
  row("a continuation byte after ASCII", "61 80", 1),
  row("C0, which only overlong forms begin with", "c0 80", 0),
  row("C1, which only overlong forms begin with", "c1 bf", 0),
  row("a lead of two followed by ASCII", "c2 41", 1),
  row("a lead of two followed by a lead", "c2 c2", 1),
  row("an overlong form of three bytes", "e0 80 80", 1),
  row("the last overlong form of three bytes", "e0 9f bf", 1),
  row("a lead of three followed by ASCII", "e1 41", 1),
  row("a sequence of three broken at its third byte", "e1 80 c0", 2),
  row("the first surrogate", "ed a0 80", 1),
  row("the last surrogate", "ed bf bf", 1),
  row("a surrogate pair in UTF-8", "ed a0 bd ed b8 80", 1),
  row("an overlong form of four bytes", "f0 80 80 80", 1),
  row("the last overlong form of four bytes", "f0 8f bf bf", 1),
  row("a sequence of four broken at its third byte", "f1 80 7f", 2),
  row("a sequence of four broken at its fourth byte", "f1 80 80 c2", 3),
  row("the first code point over U+10FFFF", "f4 90 80 80", 1),
  row("F5, which nothing begins with", "f5 80 80 80", 0),
  row("F8, the lead of five in old UTF-8", "f8 88 80 80 80", 0),
  row("FE", "fe", 0),
  row("FF", "ff", 0),
  row("a sequence of two cut off by the end", "c2", 1),
  row("a sequence of three cut off by the end", "e2 82", 2),
  row("a sequence of four cut off by the end", "f0 9f 98", 3),
];

function row(name: string, hex: string, badAt: number): BrokenText {
  return { name, bytes: fromHex(hex), badAt };
}
