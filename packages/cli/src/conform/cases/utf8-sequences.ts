/** Byte sequences by class: Unicode's table 3-7 of well-formed UTF-8, and each way to leave it. */

/** Slug, what it is, the text. */
export const VALID: readonly (readonly [slug: string, what: string, content: string])[] = [
  ["nul", "U+0000 alone", "\0"],
  ["nul-inside", "U+0000 between letters", "a\0b"],
  ["7f", "U+007F, the last of one byte", "\x7f"],
  ["80", "U+0080, the first of two bytes", "\u0080"],
  ["7ff", "U+07FF, the last of two bytes", "\u07ff"],
  ["800", "U+0800, the first of three bytes", "\u0800"],
  ["fff", "U+0FFF and U+1000", "\u0fff\u1000"],
  ["d7ff", "U+D7FF, the last before the surrogates", "\ud7ff"],
  ["e000", "U+E000, the first behind the surrogates", "\ue000"],
  ["fffd", "U+FFFD, the replacement character itself", "\ufffd"],
  ["fffe", "U+FFFE, a noncharacter", "\ufffe"],
  ["ffff", "U+FFFF, the last of three bytes, a noncharacter", "\uffff"],
  ["fdd0", "U+FDD0 to U+FDEF, noncharacters", String.fromCharCode(...range(0xfdd0, 0xfdef))],
  ["10000", "U+10000, the first of four bytes", "\u{10000}"],
  ["3ffff", "U+3FFFF and U+40000", "\u{3ffff}\u{40000}"],
  ["fffff", "U+FFFFF and U+100000", "\u{fffff}\u{100000}"],
  ["10ffff", "U+10FFFF, the last of all", "\u{10ffff}"],
  ["plane-ends", "the last two of each plane, noncharacters", planeEnds()],
  ["bom", "U+FEFF at the start, which stays", "\ufefftext"],
  ["bom-alone", "U+FEFF alone, which stays", "\ufeff"],
  ["bom-twice", "U+FEFF twice, which both stay", "\ufeff\ufeff"],
  ["bom-inside", "U+FEFF between letters", "a\ufeffb"],
  [
    "controls",
    "the C0 and C1 controls",
    String.fromCharCode(...range(1, 0x1f), ...range(0x80, 0x9f)),
  ],
  ["line-ends", "CR, LF, U+2028 and U+2029", "\r\n\n\r\u2028\u2029"],
  ["combining", "combining marks, which are not composed", "e\u0301 \u00e9 \u1e9b\u0323"],
  ["emoji", "an emoji of several characters", "👩‍👩‍👧‍👦"],
  ["right-to-left", "text from right to left", "שלום مرحبا"],
];

/** A class of ill-formed sequences. */
export interface Invalid {
  readonly slug: string;
  readonly what: string;
  readonly bytes: Buffer;
  /** The byte with which it becomes impossible: no continuation can mend it. */
  readonly impossibleAt: number;
}

type Row = readonly [slug: string, what: string, hex: string, impossibleAt: number];

const ROWS: readonly Row[] = [
  ["lone-80", "a lone continuation, the first", "80", 0],
  ["lone-bf", "a lone continuation, the last", "bf", 0],
  ["lone-row", "six continuations in a row", "8081bfbf8081", 0],
  ["after-two", "a continuation too many behind two bytes", "c3a9a9", 2],
  ["after-three", "a continuation too many behind three bytes", "e282acac", 3],
  ["after-four", "a continuation too many behind four bytes", "f09f988080", 4],
  ["start-two", "the start of two bytes and a space", "c320", 1],
  ["start-three", "the start of three bytes and a space", "e220", 1],
  ["start-three-late", "two of three bytes and a space", "e28220", 2],
  ["start-four", "the start of four bytes and a space", "f020", 1],
  ["start-four-later", "two of four bytes and a space", "f09f20", 2],
  ["start-four-latest", "three of four bytes and a space", "f09f9820", 3],
  ["start-twice", "two starts in a row", "c3c3a9", 1],
  ["start-in-four", "a start inside four bytes", "f09fc3a9", 2],
  ["overlong-2-nul", "U+0000 in two bytes, overlong", "c080", 0],
  ["overlong-2-slash", "a slash in two bytes, overlong", "c0af", 0],
  ["overlong-2-last", "U+007F in two bytes, overlong", "c1bf", 0],
  ["overlong-3-nul", "U+0000 in three bytes, overlong", "e08080", 1],
  ["overlong-3-slash", "a slash in three bytes, overlong", "e080af", 1],
  ["overlong-3-last", "U+07FF in three bytes, overlong", "e09fbf", 1],
  ["overlong-4-nul", "U+0000 in four bytes, overlong", "f0808080", 1],
  ["overlong-4-slash", "a slash in four bytes, overlong", "f08080af", 1],
  ["overlong-4-last", "U+FFFF in four bytes, overlong", "f08fbfbf", 1],
  ["five-bytes", "a sequence of five bytes", "f888808080", 0],
  ["five-bytes-overlong", "a slash in five bytes", "f8808080af", 0],
  ["six-bytes", "a sequence of six bytes", "fc8480808080", 0],
  ["six-bytes-overlong", "a slash in six bytes", "fc80808080af", 0],
  ["fe", "the byte fe", "fe", 0],
  ["ff", "the byte ff", "ff", 0],
  ["fe-ff", "a byte order mark of UTF-16", "feff", 0],
  ["surrogate-d800", "the surrogate U+D800", "eda080", 1],
  ["surrogate-db7f", "the surrogate U+DB7F", "edadbf", 1],
  ["surrogate-db80", "the surrogate U+DB80", "edae80", 1],
  ["surrogate-dbff", "the surrogate U+DBFF", "edafbf", 1],
  ["surrogate-dc00", "the surrogate U+DC00", "edb080", 1],
  ["surrogate-dfff", "the surrogate U+DFFF", "edbfbf", 1],
  ["surrogate-pair", "a pair of surrogates (CESU-8)", "eda080edb080", 1],
  ["surrogate-pair-last", "the last pair of surrogates", "edafbfedbfbf", 1],
  ["110000", "U+110000, the first beyond", "f4908080", 1],
  ["13ffff", "U+13FFFF", "f4bfbfbf", 1],
  ["140000", "U+140000", "f5808080", 0],
  ["1fffff", "U+1FFFFF", "f7bfbfbf", 0],
  ["latin1", "é in Latin-1", "e92e", 1],
];

export const INVALID: readonly Invalid[] = ROWS.map(([slug, what, hex, impossibleAt]) => ({
  slug,
  what,
  bytes: Buffer.from(hex, "hex"),
  impossibleAt,
}));

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function planeEnds(): string {
  return range(1, 16)
    .map((plane) => String.fromCodePoint(plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff))
    .join("");
}
