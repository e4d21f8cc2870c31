/** What goes there and back: sizes on both sides of each border that a frame or a read has. */

const SIZES = [0, 5, 126, 20_000, 70_000, 1_000_000];

/** Bytes that differ by `seed`, and do not repeat soon. */
export function bytesOf(size, seed = 0) {
  return Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8) * 13 + seed * 31) & 255);
}

export const PAYLOADS = [
  ...SIZES.map((size) => "abcde fghij ".repeat(Math.ceil(size / 12)).slice(0, size)),
  "é",
  "中文 und 😀",
  "nul \0 and line\r\nbreaks",
  "語".repeat(42),
  "😀".repeat(50_000),
  ...SIZES.map((size) => bytesOf(size)),
];

/** One of many that are not worth compressing: by turns short, copied by the sender, and long, lent to it. */
export function floodOf(at) {
  return bytesOf(at % 2 === 0 ? 5000 : 200_000, at);
}
