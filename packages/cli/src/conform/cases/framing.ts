/** Frame lengths at each border of their encoding, in each way to arrive, and encodings that are not minimal. */
import { type CaseDraft, type Group, makeGroup, rfc6455 } from "../case.ts";
import type { FrameParts } from "../frame.ts";
import { CLOSE, PING, PONG } from "../frame.ts";
import {
  back,
  KINDS,
  type Kind,
  letters,
  messageFrame,
  octets,
  payloadOf,
  ping,
  pong,
  text,
} from "../inputs.ts";
import { echoes, fails } from "../outcomes.ts";
import type { Feed } from "../peer.ts";
import { sizeOf } from "../transcript.ts";

const RULES = {
  length: rfc6455(
    "5.2",
    'The length of the "Payload data", in bytes: if 0-125, that is the payload length',
  ),
  minimalLength: rfc6455("5.2", "the minimal number of bytes MUST be used to encode the length"),
  lengthSign: rfc6455("5.2", "a 64-bit unsigned integer (the most significant bit MUST be 0)"),
} as const;

const LENGTHS = [0, 1, 2, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537];
/** Longer payloads do not go out byte by byte: only their header does. */
const LONGEST_BY_BYTES = 256;
const FEEDS: readonly (readonly [Feed, string])[] = [
  ["whole", "in one write"],
  ["bytes", "byte by byte"],
  ["borders", "cut at the borders of its header"],
  ["header", "its header byte by byte"],
];

function atBorders(): CaseDraft[] {
  return LENGTHS.flatMap((length) =>
    KINDS.flatMap((kind) =>
      FEEDS.filter(([feed]) => feed !== "bytes" || length <= LONGEST_BY_BYTES).map(
        ([feed, manner]): CaseDraft => {
          const payload = payloadOf(kind, length);
          return {
            slug: `${kind}-${length}-${feed}`,
            rule: RULES.length,
            title: `a ${kind} message of ${sizeOf(length)}, ${manner}`,
            ...echoes([messageFrame(kind, payload)], [back(kind, payload)], { feed }),
          };
        },
      ),
    ),
  );
}

const NOT_MINIMAL: readonly (readonly [bits: 16 | 64, length: number])[] = [
  [16, 0],
  [16, 1],
  [16, 125],
  [64, 0],
  [64, 1],
  [64, 125],
  [64, 126],
  [64, 65_535],
];

function notMinimal(): CaseDraft[] {
  return NOT_MINIMAL.flatMap(([lengthBits, length]) =>
    KINDS.map((kind): CaseDraft => {
      const frame = { ...messageFrame(kind, payloadOf(kind, length)), lengthBits };
      return {
        slug: `${kind}-${length}-in-${lengthBits}-bits`,
        rule: RULES.minimalLength,
        title: `a ${kind} frame of ${sizeOf(length)} with the length in ${lengthBits} bits`,
        ...fails([frame], { codes: [1002] }),
      };
    }),
  );
}

function notMinimalControl(): CaseDraft[] {
  const kinds = [
    ["ping", PING],
    ["pong", PONG],
    ["close", CLOSE],
  ] as const;
  return kinds.flatMap(([name, opcode]) =>
    ([16, 64] as const).map((lengthBits): CaseDraft => {
      const payload = opcode === CLOSE ? Buffer.from([0x03, 0xe8]) : letters(5);
      return {
        slug: `${name}-in-${lengthBits}-bits`,
        rule: RULES.minimalLength,
        title: `a ${name} of ${payload.length} bytes with the length in ${lengthBits} bits`,
        ...fails([{ opcode, payload, lengthBits }], { codes: [1002] }),
      };
    }),
  );
}

const SIGNED = [
  ["one", 0x8000_0000_0000_0000n],
  ["one-and-5", 0x8000_0000_0000_0005n],
  ["one-and-65536", 0x8000_0000_0001_0000n],
  ["all", 0xffff_ffff_ffff_ffffn],
] as const;

function signBit(): CaseDraft[] {
  return SIGNED.flatMap(([slug, announced]) =>
    KINDS.map((kind): CaseDraft => {
      const frame: FrameParts = { ...messageFrame(kind, letters(5)), announced };
      return {
        slug: `${kind}-sign-bit-${slug}`,
        rule: RULES.lengthSign,
        title: `a ${kind} frame that announces 0x${announced.toString(16)} bytes, then sends 5`,
        ...fails([frame], { codes: [1002, 1009] }),
      };
    }),
  );
}

/** Several frames in one write, and a write that ends inside a frame. */
function together(): CaseDraft[] {
  const lists: readonly (readonly [string, readonly (readonly [Kind, number])[]])[] = [
    [
      "two-small",
      [
        ["text", 5],
        ["binary", 5],
      ],
    ],
    [
      "empty-between",
      [
        ["text", 3],
        ["text", 0],
        ["binary", 0],
        ["text", 4],
      ],
    ],
    [
      "borders",
      [
        ["text", 125],
        ["text", 126],
        ["binary", 65_535],
        ["binary", 65_536],
      ],
    ],
    ["hundred", Array.from({ length: 100 }, (_, at): readonly [Kind, number] => ["text", at])],
    [
      "large-first",
      [
        ["binary", 200_000],
        ["text", 1],
      ],
    ],
    [
      "large-last",
      [
        ["text", 1],
        ["binary", 200_000],
      ],
    ],
  ];
  return lists.flatMap(([slug, list]) =>
    (["whole", "borders"] as const).map((feed): CaseDraft => {
      const payloads = list.map(([kind, length]) => [kind, payloadOf(kind, length)] as const);
      return {
        slug: `together-${slug}-${feed}`,
        rule: RULES.length,
        title: `${list.length} messages (${slug.replaceAll("-", " ")}), ${feed === "whole" ? "in one write" : "each cut at the borders of its header"}`,
        ...echoes(
          payloads.map(([kind, payload]) => messageFrame(kind, payload)),
          payloads.map(([kind, payload]) => back(kind, payload)),
          { feed },
        ),
      };
    }),
  );
}

function mixed(): CaseDraft[] {
  return [
    {
      slug: "together-ping-and-text",
      rule: RULES.length,
      title: "ping, text, ping, binary in one write",
      ...echoes(
        [ping("a"), text("b"), ping("c"), messageFrame("binary", octets(4))],
        [pong("a"), back("text", "b"), pong("c"), back("binary", octets(4))],
      ),
    },
    {
      slug: "good-before-bad",
      rule: RULES.minimalLength,
      title: "a good text frame and one with a length that is not minimal, in one write",
      ...fails([text("good"), { ...text("bad"), lengthBits: 16 }], {
        codes: [1002],
        before: [back("text", "good")],
      }),
    },
    {
      slug: "bad-before-good",
      rule: RULES.minimalLength,
      title: "a frame with a length that is not minimal and a good one behind it, in one write",
      ...fails([{ ...text("bad"), lengthBits: 16 }, text("good")], { codes: [1002] }),
    },
  ];
}

export function framing(): Group {
  return makeGroup("framing", "Frame lengths", 110, [
    ...atBorders(),
    ...notMinimal(),
    ...notMinimalControl(),
    ...signBit(),
    ...together(),
    ...mixed(),
  ]);
}
