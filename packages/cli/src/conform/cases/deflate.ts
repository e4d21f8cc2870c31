/**
 * What a compressed message may look like: the RFC's own examples, blocks of each kind, fragments cut
 * anywhere, reserved bits where they do not belong, and data that cannot be inflated.
 */
import { type CaseDraft, type Finding, type Group, makeGroup, rfc7692 } from "../case.ts";
import { deflateWithin } from "../compression.ts";
import { BINARY, CLOSE, CONTINUATION, type FrameParts, PING, PONG, TEXT } from "../frame.ts";
import { back, letters, octets, ping, pong, text } from "../inputs.ts";
import {
  awaitFailure,
  compressed,
  describeEvent,
  describeFailing,
  type Expected,
  failed,
  findMissing,
  finish,
  informational,
  isSame,
  passed,
  tolerated,
} from "../outcomes.ts";
import type { Feed, Peer } from "../peer.ts";
import { nameOf } from "../transcript.ts";
import { deflateWith } from "./compression.ts";
import { INVALID } from "./utf8-sequences.ts";

const RULES = {
  notFirst: rfc7692(
    "6.1",
    'An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first fragments of a data message.',
  ),
  other: {
    rfc: 6455,
    section: "5.2",
    sentence:
      "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values",
  },
  fragments: rfc7692("7.2.3.1", "A Message Compressed Using One Compressed DEFLATE Block"),
  choice: rfc7692("6", "this bit indicates whether a message is compressed or not"),
  block: rfc7692("7.2.1", "An endpoint MAY use DEFLATE blocks of any type."),
  final: rfc7692("7.2.3.4", 'Using a DEFLATE Block with "BFINAL" Set to 1'),
  empty: rfc7692("7.2.3.6", "The single octet 0x00 contains the header bits"),
  shared: rfc7692("7.2.3.2", "Sharing LZ77 Sliding Window"),
  corrupt: rfc7692("7.2.2", "An endpoint uses the following algorithm to decompress a message."),
  takeover: rfc7692("7.1.1.2", "prevents the peer client from using context takeover"),
  text: {
    rfc: 6455,
    section: "8.1",
    sentence: "that endpoint MUST _Fail the WebSocket Connection_",
  },
} as const;

type RuleName = keyof typeof RULES;

/** The plain offer and answer. */
const PLAIN = { offer: deflateWith(""), answer: deflateWith("") };

interface Played {
  readonly slug: string;
  readonly rule: RuleName;
  readonly title: string;
  readonly feed?: Feed;
  /** How far a message points into those before it. Bytes; the case is for who agreed to as much. */
  readonly reach?: number;
}

type MakeFrames = () => readonly FrameParts[];

/** Legal on a connection with compression. */
function echoed(
  { slug, rule, title, feed = "whole", reach = 0 }: Played,
  make: MakeFrames,
  expected: readonly Expected[],
): CaseDraft {
  return {
    kind: "open",
    slug,
    rule: RULES[rule],
    title,
    allowed: `${expected.length} answers; informational: the offer is declined${reach === 0 ? "" : ", or no such context is taken over"}`,
    deflate: PLAIN,
    async play(peer) {
      if ((peer.compression?.reach ?? 0) < reach)
        return informational("no such context is taken over");
      await peer.feed(make(), feed);
      return (await findMissing(peer, expected)) ?? finish(peer);
    },
  };
}

/** Illegal on a connection with compression. */
function refused(
  { slug, rule, title, feed = "whole" }: Played,
  make: MakeFrames,
  codes: readonly number[],
  before: readonly Expected[] = [],
): CaseDraft {
  return {
    kind: "open",
    slug,
    rule: RULES[rule],
    title,
    allowed: `${describeFailing(codes, before)}; informational: the offer is declined`,
    deflate: PLAIN,
    async play(peer) {
      await peer.feed(make(), feed);
      return awaitFailure(peer, codes, before);
    },
  };
}

function hex(...digits: readonly string[]): Buffer {
  return Buffer.from(digits.join("").replaceAll(" ", ""), "hex");
}

function rsv1(payload: Uint8Array, opcode = TEXT): FrameParts {
  return compressed({ opcode, payload });
}

/** Compressed frames of a payload cut at these places. */
function cut(bytes: Buffer, ...places: readonly number[]): FrameParts[] {
  const borders = [0, ...places, bytes.length];
  return borders.slice(1).map((end, at): FrameParts => {
    const frame = { payload: bytes.subarray(borders[at], end), fin: at === places.length };
    return at === 0 ? compressed({ opcode: TEXT, ...frame }) : { opcode: CONTINUATION, ...frame };
  });
}

const HELLO = hex("f248cdc9c90700");

/** Slug, rule, what it is, the bytes, and what they hold. The first are the examples of section 7.2.3. */
const MESSAGES: readonly (readonly [string, RuleName, string, Buffer, string])[] = [
  ["one-block", "block", "the example of one block", HELLO, "Hello"],
  [
    "no-compression",
    "block",
    "the example of a block without compression",
    hex("000500faff48656c6c6f00"),
    "Hello",
  ],
  ["final", "final", "the example of a block with BFINAL", hex("f348cdc9c9070000"), "Hello"],
  [
    "two-blocks",
    "block",
    "the example of two blocks",
    hex("f248050000 00ffff cac9c90700"),
    "Hello",
  ],
  ["empty", "empty", "the example of an empty message", hex("00"), ""],
  ["empty-fixed", "empty", "an empty block with fixed codes", hex("0200"), ""],
  ["empty-blocks", "empty", "three empty blocks", hex("000000ffff 000000ffff 00"), ""],
  [
    "empty-stored-then-hello",
    "block",
    "an empty block, then the text",
    Buffer.concat([hex("000000ffff"), HELLO]),
    "Hello",
  ],
  [
    "dynamic",
    "block",
    "a block with codes of its own",
    deflateWithin(letters(2000), 15, { level: 9 }),
    letters(2000).toString(),
  ],
  [
    "stored-large",
    "block",
    "blocks without compression, more than one",
    deflateWithin(letters(100_000), 15, { level: 0 }),
    letters(100_000).toString(),
  ],
  [
    "run",
    "block",
    "a long run of one letter",
    deflateWithin(Buffer.alloc(50_000, "a")),
    "a".repeat(50_000),
  ],
];

function shapes(): CaseDraft[] {
  const feeds: readonly Feed[] = ["whole", "bytes", "borders"];
  return MESSAGES.flatMap(([slug, rule, what, bytes, content]) =>
    feeds
      .filter((feed) => feed !== "bytes" || bytes.length < 256)
      .map((feed) =>
        echoed(
          { slug: `${slug}-${feed}`, rule, title: `${what} (${feed})`, feed },
          () => [rsv1(bytes)],
          [back("text", content)],
        ),
      ),
  );
}

function cuts(): CaseDraft[] {
  const everywhere = Array.from({ length: HELLO.length + 1 }, (_, at) =>
    echoed(
      {
        slug: `cut-at-${at}`,
        rule: "fragments",
        title: `"Hello", compressed, in two fragments cut behind byte ${at}`,
      },
      () => cut(HELLO, at),
      [back("text", "Hello")],
    ),
  );
  const places = Array.from({ length: HELLO.length - 1 }, (_, at) => at + 1);
  return [
    ...everywhere,
    echoed(
      {
        slug: "cut-everywhere",
        rule: "fragments",
        title: '"Hello", compressed, in fragments of one byte',
      },
      () => cut(HELLO, ...places),
      [back("text", "Hello")],
    ),
    echoed(
      {
        slug: "cut-with-empty",
        rule: "fragments",
        title: '"Hello", compressed, with empty fragments at both ends',
      },
      () => cut(HELLO, 0, 3, 3, 7),
      [back("text", "Hello")],
    ),
    echoed(
      {
        slug: "cut-with-pings",
        rule: "fragments",
        title: '"Hello", compressed, in three fragments with pings between',
      },
      () =>
        cut(HELLO, 2, 5)
          .flatMap((frame, at) => [frame, ping(`${at}`)])
          .slice(0, -1),
      [pong("0"), pong("1"), back("text", "Hello")],
    ),
  ];
}

function rows(): CaseDraft[] {
  const plain = text("not compressed");
  return [
    echoed(
      { slug: "not-compressed", rule: "choice", title: "a text that is not compressed" },
      () => [plain],
      [back("text", "not compressed")],
    ),
    echoed(
      { slug: "in-turn", rule: "choice", title: "compressed and not, in turn" },
      () => [rsv1(HELLO), plain, rsv1(HELLO), plain],
      ["Hello", "not compressed", "Hello", "not compressed"].map((content) =>
        back("text", content),
      ),
    ),
    echoed(
      {
        slug: "shared-window",
        rule: "shared",
        reach: 5,
        title: "the example of a shared window: the second message points into the first",
      },
      () => [rsv1(HELLO), rsv1(hex("f200110000"))],
      [back("text", "Hello"), back("text", "Hello")],
    ),
    echoed(
      {
        slug: "shared-over-plain",
        rule: "shared",
        reach: 5,
        title: "a message that points into the one before the last, which was not compressed",
      },
      () => [rsv1(HELLO), plain, rsv1(hex("f200110000"))],
      [back("text", "Hello"), back("text", "not compressed"), back("text", "Hello")],
    ),
    echoed(
      {
        slug: "shared-over-empty",
        rule: "shared",
        reach: 5,
        title: "a message that points over an empty one",
      },
      () => [rsv1(HELLO), rsv1(hex("00")), rsv1(hex("f200110000"))],
      [back("text", "Hello"), back("text", ""), back("text", "Hello")],
    ),
    echoed(
      { slug: "after-final", rule: "final", title: "a message behind one that ended with BFINAL" },
      () => [rsv1(hex("f348cdc9c9070000")), rsv1(HELLO)],
      [back("text", "Hello"), back("text", "Hello")],
    ),
    echoed(
      {
        slug: "fragments-not-compressed",
        rule: "choice",
        title: "a text in fragments that is not compressed",
      },
      () => [
        { ...text("a"), fin: false },
        { opcode: CONTINUATION, payload: letters(2) },
      ],
      [back("text", `a${letters(2)}`)],
    ),
    ...[200, 500, 32_000].map((length) =>
      echoed(
        {
          slug: `far-back-${length}`,
          rule: "shared",
          reach: length,
          title: `a message that repeats ${length} bytes of the one before`,
        },
        () => sharedWindow(length),
        [back("binary", octets(length)), back("binary", octets(length))],
      ),
    ),
  ];
}

function sharedWindow(length: number): FrameParts[] {
  const payload = octets(length);
  const second = deflateWithin(payload, 15, { dictionary: payload });
  return [rsv1(deflateWithin(payload), BINARY), rsv1(second, BINARY)];
}

/** Bits and places where RSV1 has no meaning, extension or not. */
function bits(): CaseDraft[] {
  const control: readonly FrameParts[] = [
    { opcode: PING, payload: letters(3) },
    { opcode: PONG, payload: letters(3) },
    { opcode: CLOSE, payload: hex("03e8") },
  ];
  return [
    ...control.map((frame) =>
      refused(
        {
          slug: `rsv1-${nameOf(frame.opcode)}`,
          rule: "notFirst",
          title: `a ${nameOf(frame.opcode)} with RSV1`,
        },
        () => [compressed(frame)],
        [1002],
      ),
    ),
    refused(
      {
        slug: "rsv1-continuation",
        rule: "notFirst",
        title: "a compressed message with RSV1 on its second fragment too",
      },
      () => cut(HELLO, 3).map((frame) => compressed(frame)),
      [1002],
    ),
    refused(
      {
        slug: "rsv1-continuation-alone",
        rule: "notFirst",
        title: "a message with RSV1 on its second fragment alone",
      },
      () => [{ ...text("He"), fin: false }, compressed({ opcode: CONTINUATION, payload: HELLO })],
      [1002],
    ),
    refused(
      {
        slug: "rsv1-last-of-three",
        rule: "notFirst",
        title: "a compressed message with RSV1 on its last fragment too",
      },
      () => cut(HELLO, 2, 4).map((frame, at) => (at === 2 ? compressed(frame) : frame)),
      [1002],
    ),
    refused(
      {
        slug: "rsv1-ping-between",
        rule: "notFirst",
        title: "a ping with RSV1 between compressed fragments",
      },
      () =>
        cut(HELLO, 3).flatMap((frame, at) => (at === 0 ? [frame, compressed(ping("x"))] : [frame])),
      [1002],
    ),
    ...[1, 2, 3, 5, 6, 7].map((rsv) =>
      refused(
        {
          slug: `rsv-${rsv.toString(2).padStart(3, "0")}`,
          rule: "other",
          title: `a text with the reserved bits ${rsv.toString(2).padStart(3, "0")}, of which RSV1 alone is known`,
        },
        () => [{ opcode: TEXT, payload: HELLO, rsv }],
        [1002],
      ),
    ),
    refused(
      {
        slug: "good-then-rsv2",
        rule: "other",
        title: "a good compressed text, then one with RSV2",
      },
      () => [rsv1(HELLO), { ...text("x"), rsv: 2 }],
      [1002],
      [back("text", "Hello")],
    ),
  ];
}

const CORRUPT: readonly (readonly [string, string, Buffer])[] = [
  ["block-type", "a block of the reserved type", hex("06")],
  ["block-type-final", "a last block of the reserved type", hex("07")],
  ["stored-length", "a stored block whose lengths disagree", hex("000500000048656c6c6f00")],
  ["distance", "a distance beyond the start", hex("f200110000")],
  [
    "distance-far",
    "matches 500 bytes back, before the start",
    deflateWithin(octets(500), 15, { dictionary: octets(500) }),
  ],
  ["codes", "codes of its own that cannot be", hex("04ffffffffffffffffff")],
  ["ones", "bytes with all bits set", Buffer.alloc(64, 0xff)],
  [
    "plain",
    "a text that is not compressed, with RSV1",
    Buffer.from("this is not compressed at all"),
  ],
  ["flipped", "a good message with a bit flipped in its block's head", hex("f648cdc9c90700")],
];

function corrupt(): CaseDraft[] {
  return CORRUPT.flatMap(([slug, what, bytes]) => [
    refused({ slug: `corrupt-${slug}`, rule: "corrupt", title: what }, () => [rsv1(bytes)], [1007]),
    refused(
      {
        slug: `corrupt-${slug}-after-good`,
        rule: "corrupt",
        title: `a good message, then ${what}`,
      },
      () =>
        slug.startsWith("distance") ? [rsv1(hex("00")), rsv1(bytes)] : [rsv1(HELLO), rsv1(bytes)],
      [1007],
      [back("text", slug.startsWith("distance") ? "" : "Hello")],
    ),
  ]);
}

/** The data ends inside a block. A decoder that stops at what it has delivers a message that is not whole. */
function truncated(): CaseDraft[] {
  const large = deflateWithin(letters(5000));
  const starts: readonly (readonly [string, Buffer])[] = [
    ["hello-3", HELLO.subarray(0, 3)],
    ["hello-5", HELLO.subarray(0, 5)],
    ["stored", hex("000500faff4865")],
    ["large-half", large.subarray(0, large.length >> 1)],
    ["large-head", large.subarray(0, 20)],
  ];
  return starts.map(
    ([slug, bytes]): CaseDraft => ({
      kind: "open",
      slug: `truncated-${slug}`,
      rule: RULES.corrupt,
      title: `a compressed message that ends inside a block (${slug})`,
      allowed:
        "a Close with 1007, then the end; tolerated: another code, the end alone, or what could be inflated",
      deflate: PLAIN,
      async play(peer) {
        peer.send(rsv1(bytes));
        const event = await peer.next();
        if (event.type === "text")
          return tolerated(`${describeEvent(event)} came: what could be inflated`);
        return awaitFailure(peer, [1007], [], event);
      },
    }),
  );
}

function notText(): CaseDraft[] {
  return INVALID.filter((_, at) => at % 3 === 0).map(({ slug, what, bytes }) =>
    refused(
      { slug: `not-utf8-${slug}`, rule: "text", title: `a compressed text with ${what}` },
      () => [rsv1(deflateWithin(bytes))],
      [1007],
    ),
  );
}

async function judgeZeroBytes(peer: Peer): Promise<Finding> {
  peer.send(rsv1(Buffer.alloc(0)));
  const event = await peer.next();
  if (event.type === "text" && event.payload.length === 0) return finish(peer);
  return awaitFailure(peer, [1007], [], event);
}

async function judgeKeptWindow(peer: Peer): Promise<Finding> {
  peer.send(rsv1(HELLO), rsv1(hex("f200110000")));
  const hello = back("text", "Hello");
  const first = await peer.next();
  if (!isSame(first, hello)) return awaitFailure(peer, [1007], [hello], first);
  const event = await peer.next();
  if (event.type === "text") return tolerated("it kept a window that it need not keep");
  return awaitFailure(peer, [1007], [], event);
}

function odd(): CaseDraft[] {
  const noTakeover = deflateWith("client_no_context_takeover; server_no_context_takeover");
  return [
    {
      kind: "open",
      slug: "no-bytes",
      rule: RULES.empty,
      title: "a frame with RSV1 and no byte at all, not even that of an empty block",
      allowed: "an empty text back, or a Close with 1007, then the end",
      deflate: PLAIN,
      play: judgeZeroBytes,
    },
    {
      kind: "open",
      slug: "window-not-kept",
      rule: RULES.takeover,
      title: "a message that points into the one before, where no context is taken over",
      allowed: "the first message back, then a Close with 1007; tolerated: both messages back",
      deflate: { offer: noTakeover, answer: noTakeover },
      async play(peer, _surroundings) {
        return judgeKeptWindow(peer);
      },
    },
    {
      kind: "open",
      slug: "answers-compressed",
      rule: RULES.choice,
      title: "a text of 100000 equal letters, compressed",
      allowed: "the message back, compressed or not",
      deflate: PLAIN,
      async play(peer) {
        const payload = Buffer.alloc(100_000, "a");
        peer.send(rsv1(deflateWithin(payload)));
        const event = await peer.next();
        if (event.type !== "text" || !event.payload.equals(payload))
          return failed(`${describeEvent(event)} came`);
        const done = await finish(peer);
        if (done.verdict !== "pass") return done;
        return event.compressed
          ? passed("the message, compressed")
          : informational("the message, not compressed");
      },
    },
  ];
}

export function deflate(): Group {
  return makeGroup("deflate", "What compressed data may look like", 100, [
    ...shapes(),
    ...cuts(),
    ...rows(),
    ...bits(),
    ...corrupt(),
    ...truncated(),
    ...notText(),
    ...odd(),
  ]);
}
