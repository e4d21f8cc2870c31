/** Messages in fragments, in all legal and illegal orders. */
import { type CaseDraft, type Group, makeGroup, rfc6455 } from "../case.ts";
import { CONTINUATION, type FrameParts } from "../frame.ts";
import {
  back,
  fragments,
  KINDS,
  letters,
  messageFrame,
  payloadOf,
  ping,
  pong,
  split,
  text,
} from "../inputs.ts";
import { echoes, failed, fails, findMissing, finish } from "../outcomes.ts";
import type { Feed } from "../peer.ts";
import { sizeOf } from "../transcript.ts";

const RULES = {
  legal: rfc6455(
    "5.4",
    "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than 0, followed by zero or more frames",
  ),
  order: rfc6455(
    "5.4",
    "The fragments of one message MUST NOT be interleaved between the fragments of another message",
  ),
  start: rfc6455("5.4", "and terminated by a single frame with the FIN bit set and an opcode of 0"),
  control: rfc6455(
    "5.4",
    "Control frames […] MAY be injected in the middle of a fragmented message",
  ),
} as const;

function counts(): CaseDraft[] {
  return [2, 3, 10, 100, 1000].flatMap((count) =>
    KINDS.flatMap((kind) =>
      (["whole", "borders"] as const)
        .filter((feed) => feed === "whole" || count <= 100)
        .map((feed): CaseDraft => {
          const payload = payloadOf(kind, count * 7);
          return {
            slug: `${kind}-${count}-${feed}`,
            rule: RULES.legal,
            title: `a ${kind} message of ${count} fragments, ${feed === "whole" ? "in one write" : "each cut at the borders of its header"}`,
            ...echoes(split(kind, payload, 7), [back(kind, payload)], { feed }),
          };
        }),
    ),
  );
}

/** The lengths of the fragments. */
const LENGTHS: readonly (readonly [string, readonly number[]])[] = [
  ["one-byte-each", Array.from({ length: 64 }, () => 1)],
  ["empty-first", [0, 5]],
  ["empty-last", [5, 0]],
  ["empty-middle", [5, 0, 5]],
  ["empty-both-ends", [0, 5, 0]],
  ["all-empty", [0, 0, 0]],
  ["hundred-empty", Array.from({ length: 100 }, () => 0)],
  ["borders", [125, 126, 127, 65_535, 65_536, 65_537]],
  ["large-then-small", [100_000, 1]],
  ["small-then-large", [1, 100_000]],
  ["odd", [1, 2, 3, 5, 7, 11, 13]],
];

function shapes(): CaseDraft[] {
  return LENGTHS.flatMap(([slug, lengths]) =>
    KINDS.map((kind): CaseDraft => {
      const pieces = lengths.map((length) => payloadOf(kind, length));
      return {
        slug: `${kind}-${slug}`,
        rule: RULES.legal,
        title: `a ${kind} message in ${lengths.length} fragments: ${slug.replaceAll("-", " ")}`,
        ...echoes(fragments(kind, ...pieces), [back(kind, Buffer.concat(pieces))]),
      };
    }),
  );
}

function rows(): CaseDraft[] {
  const both = (feed: Feed) =>
    echoes(
      [...fragments("text", "a", "b"), ...fragments("binary", "c", "d", "e"), text("f")],
      [back("text", "ab"), back("binary", "cde"), back("text", "f")],
      { feed },
    );
  const title = "a text in two fragments, a binary in three and a whole text";
  return [
    { slug: "row-whole", rule: RULES.legal, title: `${title}, in one write`, ...both("whole") },
    { slug: "row-bytes", rule: RULES.legal, title: `${title}, byte by byte`, ...both("bytes") },
  ];
}

/** A continuation with nothing to continue, at each place where that can be. */
function withoutStart(): CaseDraft[] {
  const places: readonly (readonly [string, string, readonly FrameParts[]])[] = [
    ["first", "as the first frame", []],
    ["after-whole", "after a whole text", [text("good")]],
    ["after-fragments", "after a text in fragments", fragments("text", "go", "od")],
    ["after-ping", "after a ping", [ping("good")]],
  ];
  return places.flatMap(([slug, place, before]) =>
    [true, false].flatMap((fin) =>
      [0, 5].map((length): CaseDraft => {
        const answer =
          slug === "first" ? [] : [slug === "after-ping" ? pong("good") : back("text", "good")];
        return {
          slug: `continuation-${slug}-${fin ? "final" : "not-final"}-${length}`,
          rule: RULES.start,
          title: `a continuation ${place}, ${fin ? "final" : "not final"}, ${sizeOf(length)}`,
          ...fails([...before, { opcode: CONTINUATION, fin, payload: letters(length) }], {
            codes: [1002],
            before: answer,
          }),
        };
      }),
    ),
  );
}

/** A new message inside one that is not finished. */
function startInside(): CaseDraft[] {
  return KINDS.flatMap((outer) =>
    KINDS.flatMap((inner) =>
      [true, false].flatMap((fin) =>
        [false, true].map((isLate): CaseDraft => {
          const start = { ...messageFrame(outer, letters(3)), fin: false };
          const more = isLate ? [{ opcode: CONTINUATION, fin: false, payload: letters(3) }] : [];
          const wrong = { ...messageFrame(inner, letters(3)), fin };
          return {
            slug: `${inner}-${fin ? "whole" : "start"}-inside-${outer}${isLate ? "-late" : ""}`,
            rule: RULES.order,
            title: `a ${fin ? "whole" : "fragmented"} ${inner} ${isLate ? "after two fragments" : "after the first fragment"} of a ${outer}`,
            ...fails([start, ...more, wrong, { opcode: CONTINUATION, payload: letters(3) }], {
              codes: [1002],
            }),
          };
        }),
      ),
    ),
  );
}

function unfinished(): CaseDraft[] {
  return KINDS.flatMap((kind): CaseDraft[] => [
    {
      kind: "open",
      slug: `unfinished-${kind}`,
      rule: RULES.start,
      title: `a ${kind} that is not finished, a ping, and a Close`,
      allowed: "a pong and the Close, and no message",
      async play(peer) {
        peer.send({ ...messageFrame(kind, letters(3)), fin: false }, ping("still"));
        return (await findMissing(peer, [pong("still")])) ?? finish(peer);
      },
    },
    {
      kind: "open",
      slug: `slow-${kind}`,
      rule: RULES.legal,
      title: `a ${kind} of four fragments, each sent when the pong of a ping behind the one before has come`,
      allowed: "three pongs, then the message back",
      async play(peer) {
        const pieces = fragments(kind, "one ", "two ", "three ", "four");
        for (const piece of pieces.slice(0, -1)) {
          peer.send(piece, ping(piece.payload ?? ""));
          const missing = await findMissing(peer, [pong(piece.payload ?? "")]);
          if (missing) return missing;
        }
        peer.send(...pieces.slice(-1));
        return (await findMissing(peer, [back(kind, "one two three four")])) ?? finish(peer);
      },
    },
  ]);
}

function control(): CaseDraft[] {
  const pieces = fragments("text", "a", "b", "c", "d", "e");
  const withPings = pieces.flatMap((piece, at) => (at === 0 ? [piece] : [ping(`${at}`), piece]));
  return [
    ...(["whole", "bytes", "borders"] as const).map(
      (feed): CaseDraft => ({
        slug: `ping-between-each-${feed}`,
        rule: RULES.control,
        title: `a text in five fragments with a ping between each two (${feed})`,
        ...echoes(withPings, [pong("1"), pong("2"), pong("3"), pong("4"), back("text", "abcde")], {
          feed,
        }),
      }),
    ),
    {
      kind: "open",
      slug: "close-inside",
      rule: RULES.control,
      title: "a Close between the fragments of a text",
      allowed: "a Close, then the end; the message is not delivered",
      async play(peer) {
        peer.send({ ...text("a"), fin: false });
        const finding = await finish(peer);
        return finding.verdict === "pass" ? finding : failed(finding.came);
      },
    },
  ];
}

export function fragmentation(): Group {
  return makeGroup("fragmentation", "Fragments in all orders", 75, [
    ...counts(),
    ...shapes(),
    ...rows(),
    ...withoutStart(),
    ...startInside(),
    ...unfinished(),
    ...control(),
  ]);
}
