/**
 * Text is UTF-8: what is valid comes back as it went, what is not fails the connection, and at once.
 * The tables are by class of sequence; each class is played whole, in fragments, held back inside its
 * frame, and as the reason of a Close.
 */
import { type CaseDraft, type Group, makeGroup, rfc6455 } from "../case.ts";
import { CONTINUATION, TEXT } from "../frame.ts";
import { back, fragments, letters, messageFrame, ping } from "../inputs.ts";
import { awaitEarlyFailure, describeFailing, echoes, fails } from "../outcomes.ts";
import { closeFrame } from "../peer.ts";
import { INVALID, VALID } from "./utf8-sequences.ts";

const RULES = {
  text: rfc6455("5.6", 'The "Payload data" is text data encoded as UTF-8.'),
  invalid: rfc6455("8.1", "that endpoint MUST _Fail the WebSocket Connection_"),
  fragment: rfc6455(
    "5.6",
    "a particular text frame might include a partial UTF-8 sequence; however, the whole message MUST contain valid UTF-8",
  ),
  reason: rfc6455("5.5.1", "the body MAY contain UTF-8-encoded data with value /reason/"),
  binary: rfc6455("5.6", 'The "Payload data" is arbitrary binary data'),
} as const;

function valid(): CaseDraft[] {
  return VALID.flatMap(([slug, what, content]) =>
    (["whole", "bytes"] as const).map((feed): CaseDraft => {
      const payload = Buffer.from(content);
      return {
        slug: `valid-${slug}-${feed}`,
        rule: RULES.text,
        title: `a text with ${what}, ${feed === "whole" ? "in one write" : "byte by byte"}`,
        ...echoes([messageFrame("text", payload)], [back("text", payload)], { feed }),
      };
    }),
  );
}

/** One to four bytes to a character. */
const SAMPLE = Buffer.from("aé€😀\u{ffff}z");

function splitAnywhere(): CaseDraft[] {
  return Array.from(
    { length: SAMPLE.length + 1 },
    (_, at): CaseDraft => ({
      slug: `split-at-${at}`,
      rule: RULES.fragment,
      title: `a text of ${SAMPLE.length} bytes in two fragments, cut behind byte ${at}`,
      ...echoes(fragments("text", SAMPLE.subarray(0, at), SAMPLE.subarray(at)), [
        back("text", SAMPLE),
      ]),
    }),
  );
}

function splitEverywhere(): CaseDraft[] {
  const pieces = Array.from(SAMPLE, (byte) => Buffer.from([byte]));
  return (["whole", "bytes"] as const).map(
    (feed): CaseDraft => ({
      slug: `split-everywhere-${feed}`,
      rule: RULES.fragment,
      title: `a text in fragments of one byte each (${feed})`,
      ...echoes(fragments("text", ...pieces), [back("text", SAMPLE)], { feed }),
    }),
  );
}

function invalidWhole(): CaseDraft[] {
  return INVALID.map(
    ({ slug, what, bytes }): CaseDraft => ({
      slug: `invalid-${slug}`,
      rule: RULES.invalid,
      title: `a text with ${what} between letters`,
      ...fails([messageFrame("text", Buffer.concat([letters(3), bytes, letters(3)]))], {
        codes: [1007],
      }),
    }),
  );
}

function invalidAlone(): CaseDraft[] {
  return INVALID.map(
    ({ slug, what, bytes }): CaseDraft => ({
      slug: `invalid-${slug}-alone`,
      rule: RULES.invalid,
      title: `a text of ${what} and nothing else, byte by byte`,
      ...fails([messageFrame("text", bytes)], { codes: [1007], feed: "bytes" }),
    }),
  );
}

/** The first fragment ends with the first byte that cannot be; a ping behind it tells who reads on. */
function earlyInFragments(): CaseDraft[] {
  return INVALID.map(
    ({ slug, what, bytes, impossibleAt }): CaseDraft => ({
      kind: "open",
      slug: `early-${slug}-fragment`,
      rule: RULES.invalid,
      title: `a fragment that ends with the first impossible byte of ${what}, and a ping behind it`,
      allowed: `${describeFailing([1007])}, or only when the message is whole`,
      async play(peer) {
        const cut = impossibleAt + 1;
        const first = Buffer.concat([letters(3), bytes.subarray(0, cut)]);
        const rest = Buffer.concat([bytes.subarray(cut), letters(3)]);
        peer.send({ opcode: TEXT, payload: first, fin: false }, ping("does it read on?"));
        return awaitEarlyFailure(peer, [1007], () =>
          peer.send({ opcode: CONTINUATION, payload: rest }),
        );
      },
    }),
  );
}

/** The frame is held back behind the first byte that cannot be. */
function earlyInFrame(): CaseDraft[] {
  return INVALID.map(
    ({ slug, what, bytes, impossibleAt }): CaseDraft => ({
      kind: "open",
      slug: `early-${slug}-frame`,
      rule: RULES.invalid,
      title: `a frame held back behind the first impossible byte of ${what}`,
      allowed: `${describeFailing([1007])}, or only when the frame is whole`,
      async play(peer) {
        const held = Buffer.concat([bytes.subarray(impossibleAt + 1), letters(100)]);
        const payload = Buffer.concat([letters(3), bytes.subarray(0, impossibleAt + 1), held]);
        const frame = peer.encode({ opcode: TEXT, payload });
        peer.sendBytes(frame.subarray(0, -held.length), "a text up to its first impossible byte");
        return awaitEarlyFailure(peer, [1007], () =>
          peer.sendBytes(frame.subarray(-held.length), "the rest of the text"),
        );
      },
    }),
  );
}

/** The message ends inside a sequence that could still have been completed. */
function truncated(): CaseDraft[] {
  const starts = ["c3", "e2", "e282", "f0", "f09f", "f09f98"];
  return starts.flatMap((start): CaseDraft[] => {
    const payload = Buffer.concat([letters(3), Buffer.from(start, "hex")]);
    return [
      {
        slug: `truncated-${start}`,
        rule: RULES.invalid,
        title: `a text that ends inside a sequence, with ${start}`,
        ...fails([messageFrame("text", payload)], { codes: [1007] }),
      },
      {
        slug: `truncated-${start}-empty-end`,
        rule: RULES.fragment,
        title: `a fragment that ends with ${start}, and an empty last one`,
        ...fails(fragments("text", payload, ""), { codes: [1007] }),
      },
      {
        slug: `truncated-${start}-then-letter`,
        rule: RULES.fragment,
        title: `a fragment that ends with ${start}, and a last one with letters`,
        ...fails(fragments("text", payload, "abc"), { codes: [1007] }),
      },
    ];
  });
}

function reasons(): CaseDraft[] {
  return INVALID.map(
    ({ slug, what, bytes }): CaseDraft => ({
      slug: `reason-${slug}`,
      rule: RULES.reason,
      title: `a Close whose reason has ${what}`,
      ...fails([closeFrame(1000, Buffer.concat([letters(3), bytes]))], {
        codes: [1007, 1002],
        never: [1000, undefined],
      }),
    }),
  );
}

/** Where a reader that takes ASCII in large steps could look away. */
function farAway(): CaseDraft[] {
  const places = [15, 16, 31, 63, 1023, 65_535, 65_536, 199_999];
  return places.flatMap((at): CaseDraft[] => {
    const wrong = letters(200_000);
    wrong[at] = 0xff;
    const right = letters(200_000);
    right.set(Buffer.from("é"), Math.min(at, right.length - 2));
    return [
      {
        slug: `far-invalid-${at}`,
        rule: RULES.invalid,
        title: `200000 letters with the byte ff at ${at}`,
        ...fails([messageFrame("text", wrong)], { codes: [1007] }),
      },
      {
        slug: `far-valid-${at}`,
        rule: RULES.text,
        title: `200000 letters with an é at ${Math.min(at, 199_998)}`,
        ...echoes([messageFrame("text", right)], [back("text", right)]),
      },
    ];
  });
}

function notText(): CaseDraft[] {
  return INVALID.filter((_, at) => at % 4 === 0).map(
    ({ slug, what, bytes }): CaseDraft => ({
      slug: `binary-${slug}`,
      rule: RULES.binary,
      title: `a binary message of ${what}, which is legal there`,
      ...echoes([messageFrame("binary", bytes)], [back("binary", bytes)]),
    }),
  );
}

function severalMessages(): CaseDraft[] {
  return [
    {
      slug: "not-across-messages",
      rule: RULES.invalid,
      title: "a text that ends inside a sequence, and one that begins with its rest",
      ...fails(
        [
          messageFrame("text", Buffer.from("e282", "hex")),
          messageFrame("text", Buffer.from("ac", "hex")),
        ],
        { codes: [1007] },
      ),
    },
    {
      slug: "after-binary",
      rule: RULES.text,
      title: "a binary that ends inside a sequence, then a text",
      ...echoes(
        [
          messageFrame("binary", Buffer.from("e282", "hex")),
          messageFrame("text", Buffer.from("é")),
        ],
        [back("binary", Buffer.from("e282", "hex")), back("text", "é")],
      ),
    },
  ];
}

export function utf8(): Group {
  return makeGroup("utf8", "Text is UTF-8", 250, [
    ...valid(),
    ...splitAnywhere(),
    ...splitEverywhere(),
    ...invalidWhole(),
    ...invalidAlone(),
    ...earlyInFragments(),
    ...earlyInFrame(),
    ...truncated(),
    ...reasons(),
    ...farAway(),
    ...notText(),
    ...severalMessages(),
  ]);
}
