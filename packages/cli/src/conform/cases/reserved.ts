/** Reserved bits, reserved opcodes, and who masks. */
import { type CaseDraft, type Group, makeGroup, rfc6455 } from "../case.ts";
import { BINARY, CLOSE, CONTINUATION, type FrameParts, PONG, TEXT } from "../frame.ts";
import { back, fragments, letters, messageFrame, octets, ping, pong, text } from "../inputs.ts";
import { awaitEarlyFailure, awaitFailure, describeFailing, echoes, fails } from "../outcomes.ts";
import { nameOf, sizeOf } from "../transcript.ts";

const RULES = {
  bits: rfc6455(
    "5.2",
    "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values",
  ),
  opcodes: rfc6455(
    "5.2",
    "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_",
  ),
  unmasked: rfc6455(
    "5.1",
    "The server MUST close the connection upon receiving a frame that is not masked",
  ),
  masked: rfc6455("5.1", "A client MUST close a connection if it detects a masked frame"),
  key: rfc6455("5.3", "The masking key is a 32-bit value chosen at random by the client"),
} as const;

const NORMAL = Buffer.from([0x03, 0xe8]);

/** A legal frame of each opcode, with what must go before it. */
const FRAMES: readonly (readonly [frame: FrameParts, before: readonly FrameParts[]])[] = [
  [text("bits"), []],
  [messageFrame("binary", octets(4)), []],
  [{ opcode: CONTINUATION, payload: letters(4) }, [{ ...text("start"), fin: false }]],
  [ping("bits"), []],
  [{ opcode: PONG, payload: letters(4) }, []],
  [{ opcode: CLOSE, payload: NORMAL }, []],
];

function bitsOf(rsv: number): string {
  const names = [1, 2, 3].filter((bit) => (rsv & (8 >> bit)) !== 0);
  return names.map((bit) => `RSV${bit}`).join(" and ");
}

function bits(): CaseDraft[] {
  return [1, 2, 3, 4, 5, 6, 7].flatMap((rsv) =>
    FRAMES.map(
      ([frame, before]): CaseDraft => ({
        slug: `rsv-${rsv.toString(2).padStart(3, "0")}-${nameOf(frame.opcode)}`,
        rule: RULES.bits,
        title: `a ${nameOf(frame.opcode)} frame with ${bitsOf(rsv)}, nothing negotiated`,
        ...fails([...before, { ...frame, rsv }], { codes: [1002] }),
      }),
    ),
  );
}

function bitsElsewhere(): CaseDraft[] {
  return [1, 2, 4].flatMap((rsv): CaseDraft[] => {
    const name = rsv.toString(2).padStart(3, "0");
    return [
      {
        slug: `rsv-${name}-empty-text`,
        rule: RULES.bits,
        title: `an empty text with ${bitsOf(rsv)}`,
        ...fails([{ opcode: TEXT, rsv }], { codes: [1002] }),
      },
      {
        slug: `rsv-${name}-by-bytes`,
        rule: RULES.bits,
        title: `a text with ${bitsOf(rsv)}, byte by byte`,
        ...fails([{ ...text("bits"), rsv }], { codes: [1002], feed: "bytes" }),
      },
      {
        slug: `rsv-${name}-after-good`,
        rule: RULES.bits,
        title: `a good text, then one with ${bitsOf(rsv)}, in one write`,
        ...fails([text("good"), { ...text("bits"), rsv }], {
          codes: [1002],
          before: [back("text", "good")],
        }),
      },
      {
        slug: `rsv-${name}-ping-inside-message`,
        rule: RULES.bits,
        title: `a ping with ${bitsOf(rsv)} between the fragments of a text`,
        ...fails([{ ...text("a"), fin: false }, { ...ping("b"), rsv }, { opcode: CONTINUATION }], {
          codes: [1002],
        }),
      },
      {
        slug: `rsv-${name}-first-of-two`,
        rule: RULES.bits,
        title: `a text of two fragments, the first with ${bitsOf(rsv)}`,
        ...fails(
          [
            { ...text("a"), fin: false, rsv },
            { opcode: CONTINUATION, payload: letters(2) },
          ],
          { codes: [1002] },
        ),
      },
    ];
  });
}

const OPCODES = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

function opcodes(): CaseDraft[] {
  return OPCODES.flatMap((opcode): CaseDraft[] => {
    const [slug, codes, rule] = [`opcode-${opcode}`, [1002], RULES.opcodes];
    const what = `a frame with the opcode ${opcode}`;
    return [
      { slug: `${slug}-empty`, rule, title: `${what}, empty`, ...fails([{ opcode }], { codes }) },
      {
        slug: `${slug}-payload`,
        rule,
        title: `${what} and 5 bytes`,
        ...fails([{ opcode, payload: letters(5) }], { codes }),
      },
      {
        slug: `${slug}-after-good`,
        rule,
        title: `a good text, then ${what}, in one write`,
        ...fails([text("good"), { opcode, payload: letters(5) }], {
          codes,
          before: [back("text", "good")],
        }),
      },
      {
        slug: `${slug}-inside-message`,
        rule,
        title: `${what} between the fragments of a text`,
        ...fails([{ ...text("a"), fin: false }, { opcode }, { opcode: CONTINUATION }], { codes }),
      },
      {
        slug: `${slug}-not-final`,
        rule,
        title: `${what}, not final`,
        ...fails([{ opcode, fin: false, payload: letters(5) }], { codes }),
      },
    ];
  });
}

/** The fault is in the first byte; the payload is held back until the tested side has had its time. */
function early(): CaseDraft[] {
  const frames: readonly (readonly [string, FrameParts])[] = [
    ["rsv-100", { opcode: TEXT, rsv: 4, payload: letters(100) }],
    ["rsv-010", { opcode: BINARY, rsv: 2, payload: letters(100) }],
    ["opcode-3", { opcode: 3, payload: letters(100) }],
    ["opcode-11", { opcode: 11, payload: letters(100) }],
  ];
  return frames.map(
    ([slug, frame]): CaseDraft => ({
      kind: "open",
      slug: `early-${slug}`,
      rule: frame.rsv ? RULES.bits : RULES.opcodes,
      title: `the header of a frame that is illegal from its first byte (${slug}), its payload held back`,
      allowed: `${describeFailing([1002])}, or only after the payload`,
      play: async (peer) => {
        const bytes = peer.encode(frame);
        peer.sendBytes(bytes.subarray(0, -100), "a header, its payload held back");
        return awaitEarlyFailure(peer, [1002], () =>
          peer.sendBytes(bytes.subarray(-100), "its payload"),
        );
      },
    }),
  );
}

/** Masked to a client, or unmasked to a server. */
function wrongMasking(): CaseDraft[] {
  const key = Buffer.from([1, 2, 3, 4]);
  const sides = [
    ["server", "unmasked", RULES.unmasked, { mask: "none" }],
    ["client", "masked", RULES.masked, { mask: key }],
  ] as const;
  return sides.flatMap(([tested, word, rule, mask]) => [
    ...FRAMES.map(
      ([frame, before]): CaseDraft => ({
        slug: `${word}-${nameOf(frame.opcode)}`,
        tested,
        rule,
        title: `a ${nameOf(frame.opcode)} frame, ${word}`,
        ...fails([...before, { ...frame, ...mask }], { codes: [1002] }),
      }),
    ),
    {
      slug: `${word}-empty-text`,
      tested,
      rule,
      title: `an empty text, ${word}`,
      ...fails([{ opcode: TEXT, ...mask }], { codes: [1002] }),
    },
    {
      slug: `${word}-after-good`,
      tested,
      rule,
      title: `a good text, then one that is ${word}, in one write`,
      ...fails([text("good"), { ...text("bad"), ...mask }], {
        codes: [1002],
        before: [back("text", "good")],
      }),
    },
  ]);
}

function keys(): CaseDraft[] {
  const list = [
    ["zero", [0, 0, 0, 0]],
    ["ones", [255, 255, 255, 255]],
    ["first-byte", [0x5a, 0, 0, 0]],
    ["last-byte", [0, 0, 0, 0x5a]],
    ["sign-bit", [0x80, 0, 0, 0]],
  ] as const;
  return list.flatMap(([slug, bytes]) =>
    [7, 1000, 70_001].map((length): CaseDraft => {
      const payload = octets(length);
      const frame = { ...messageFrame("binary", payload), mask: Buffer.from(bytes) };
      return {
        slug: `key-${slug}-${length}`,
        tested: "server",
        rule: RULES.key,
        title: `a binary of ${sizeOf(length)} with the masking key ${frame.mask.toString("hex")}`,
        ...echoes([frame], [back("binary", payload)]),
      };
    }),
  );
}

function severalKeys(): CaseDraft[] {
  const key = Buffer.from([9, 8, 7, 6]);
  const [first = text(""), second = text("")] = fragments("text", "with one key, ", "with another");
  return [
    {
      slug: "key-twice",
      tested: "server",
      rule: RULES.key,
      title: "two texts with the same masking key",
      ...echoes(
        [
          { ...text("one"), mask: key },
          { ...text("two"), mask: key },
        ],
        [back("text", "one"), back("text", "two")],
      ),
    },
    {
      slug: "key-per-fragment",
      tested: "server",
      rule: RULES.key,
      title: "fragments of odd lengths, each with its own masking key",
      ...echoes(
        [{ ...first, mask: key }, ping("between"), { ...second, mask: Buffer.from([1, 1, 2, 3]) }],
        [pong("between"), back("text", "with one key, with another")],
      ),
    },
    {
      kind: "open",
      slug: "unmasked-fragment",
      tested: "server",
      rule: RULES.unmasked,
      title: "a text of two fragments, the second unmasked",
      allowed: describeFailing([1002]),
      play: (peer) => {
        peer.send(first, { ...second, mask: "none" });
        return awaitFailure(peer, [1002]);
      },
    },
  ];
}

export function reserved(): Group {
  return makeGroup("reserved", "Reserved bits and opcodes, masking", 130, [
    ...bits(),
    ...bitsElsewhere(),
    ...opcodes(),
    ...early(),
    ...wrongMasking(),
    ...keys(),
    ...severalKeys(),
  ]);
}
