/** What is sent to and fro: sizes on both sides of every border of the length field. */

export const TEXTS = [
  "",
  "a",
  "é",
  "中文 und 😀",
  "nul \0 and line\r\nbreaks",
  "語".repeat(41),
  "語".repeat(42),
  "x".repeat(65_535),
  "é".repeat(32_768),
  "😀".repeat(50_000),
];

/** U+FEFF is a character like any other: RFC 6455 takes nothing off a text. */
export const BOM_TEXT = "\ufeffafter a byte order mark";

export const BINARIES = [0, 1, 125, 126, 65_535, 65_536, 1_048_576].map((size) =>
  Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255),
);
