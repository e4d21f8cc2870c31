/** The closing handshake: each code, length and reason, and what may and may not follow. */
import {
  type CaseDraft,
  type Finding,
  type Group,
  makeGroup,
  type Rule,
  rfc6455,
} from "../case.ts";
import { CLOSE, CONTINUATION, type FrameParts } from "../frame.ts";
import { back, fragments, KINDS, letters, messageFrame, payloadOf, ping, text } from "../inputs.ts";
import {
  awaitEnd,
  describeEvent,
  type Expected,
  failed,
  fails,
  isSame,
  type Outcome,
  passed,
  tolerated,
  unexpected,
} from "../outcomes.ts";
import { closeFrame, type Feed, type Peer, type PeerEvent } from "../peer.ts";
import { sizeOf } from "../transcript.ts";
import { INVALID, VALID } from "./utf8-sequences.ts";

const RULES = {
  answer: rfc6455(
    "5.5.1",
    "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame in response",
  ),
  echo: rfc6455("5.5.1", "the endpoint typically echos the status code it received"),
  codes: rfc6455(
    "7.4.1",
    "MUST NOT be set as a status code in a Close control frame by an endpoint",
  ),
  body: rfc6455(
    "5.5.1",
    "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer",
  ),
  reason: rfc6455("5.5.1", "Following the 2-byte integer, the body MAY contain UTF-8-encoded data"),
  length: rfc6455("5.5", "All control frames MUST have a payload length of 125 bytes or less"),
  whole: rfc6455("5.5", "and MUST NOT be fragmented"),
  discard: rfc6455(
    "1.4",
    "After sending a control frame indicating the connection should be closed, a peer does not send any further data; after receiving […] discards any further data received",
  ),
  end: rfc6455("5.5.1", "The server MUST close the underlying TCP connection immediately"),
  order: rfc6455(
    "5.5.1",
    "An endpoint MAY delay sending a Close frame until its current message is sent",
  ),
} as const;

/** RFC 6455's own, then those that IANA's registry added later, then the ranges for libraries and applications. */
const LEGAL = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3001, 3999, 4000, 4001, 4999,
];
const REGISTERED_LATER = [1012, 1013, 1014];
const ILLEGAL = [
  0, 1, 2, 125, 500, 998, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1099, 1100, 1999, 2000, 2001,
  2999, 5000, 5001, 9999, 32_768, 65_535,
];

function ruleOf(code: number): Rule {
  if (code < 1000) return rfc6455("7.4.2", "Status codes in the range 0-999 are not used.");
  if (code === 1004)
    return rfc6455("7.4.1", "Reserved. The specific meaning might be defined in the future.");
  if (code <= 1015) return RULES.codes;
  if (code < 3000)
    return rfc6455(
      "7.4.2",
      "reserved for definition by this protocol, its future revisions, and extensions",
    );
  return rfc6455("7.4.2", "Status codes in the range 4000-4999 are reserved for private use");
}

interface Closing {
  /** Codes that are to the letter; undefined stands for a Close without a body. */
  readonly codes: readonly (number | undefined)[];
  /** What must come before the Close; what is only better to come. */
  readonly before?: readonly Expected[];
  readonly feed?: Feed;
}

/** What is sent holds a Close, and is legal: a Close comes back, and the stream ends. */
function closes(
  frames: readonly FrameParts[],
  { codes, before = [], feed = "whole" }: Closing,
): Outcome {
  const answers = before.length === 0 ? "" : `${before.length} answers; then `;
  return {
    kind: "open",
    allowed: `${answers}a Close with ${codes.map((code) => code ?? "no code").join(" or ")}, then the end; tolerated: another code${answers === "" ? "" : ", or no answers"}`,
    async play(peer) {
      await peer.feed(frames, feed);
      return awaitClose(peer, codes, before);
    },
  };
}

async function awaitClose(
  peer: Peer,
  codes: readonly (number | undefined)[],
  before: readonly Expected[] = [],
): Promise<Finding> {
  const awaited = [...before];
  for (;;) {
    const event = await peer.next();
    const [expected] = awaited;
    if (expected !== undefined && isSame(event, expected)) awaited.shift();
    else if (expected !== undefined && event.type !== "close") return unexpected(event, expected);
    else return judgeOrder(await judgeClose(peer, event, codes), awaited);
  }
}

/**
 * "It SHOULD do so as soon as practical" (section 5.5.1): a Close may overtake what the program has not
 * sent yet, which a peer would rather have had.
 */
function judgeOrder(finding: Finding, missing: readonly Expected[]): Finding {
  return finding.verdict === "pass" && missing.length > 0
    ? tolerated(`${finding.came}, without the answers to what came before`)
    : finding;
}

async function judgeClose(
  peer: Peer,
  event: PeerEvent,
  codes: readonly (number | undefined)[],
): Promise<Finding> {
  if (event.type === "end") return failed("the end came without a Close");
  if (event.type !== "close") return failed(`${describeEvent(event)} came, not a Close`);
  peer.answerClose();
  const surplus = await awaitEnd(peer);
  const came = describeEvent(event);
  if (surplus !== undefined) return failed(`${came}, then ${surplus}`);
  return codes.includes(event.code) ? passed(`${came}, then the end`) : tolerated(came);
}

function codes(): CaseDraft[] {
  const legal = [...LEGAL, ...REGISTERED_LATER].flatMap((code) =>
    ["", "a reason"].map(
      (reason): CaseDraft => ({
        slug: `code-${code}${reason === "" ? "" : "-reason"}`,
        rule: RULES.echo,
        title: `a Close with ${code}${reason === "" ? "" : " and a reason"}`,
        ...closes([closeFrame(code, reason)], { codes: [code] }),
      }),
    ),
  );
  const illegal = ILLEGAL.flatMap((code) =>
    ["", "a reason"].map(
      (reason): CaseDraft => ({
        slug: `illegal-${code}${reason === "" ? "" : "-reason"}`,
        rule: ruleOf(code),
        title: `a Close with ${code}, which must not be sent${reason === "" ? "" : ", and a reason"}`,
        ...fails([closeFrame(code, reason)], { codes: [1002], never: [1000, undefined] }),
      }),
    ),
  );
  return [...legal, ...illegal];
}

function bodies(): CaseDraft[] {
  const feeds: readonly Feed[] = ["whole", "bytes", "borders"];
  return [
    ...feeds.map(
      (feed): CaseDraft => ({
        slug: `empty-${feed}`,
        rule: RULES.answer,
        title: `a Close without a body (${feed})`,
        ...closes([closeFrame()], { codes: [undefined, 1000, 1005], feed }),
      }),
    ),
    ...feeds.map(
      (feed): CaseDraft => ({
        slug: `with-reason-${feed}`,
        rule: RULES.answer,
        title: `a Close with 1000 and a reason (${feed})`,
        ...closes([closeFrame(1000, "done for today")], { codes: [1000], feed }),
      }),
    ),
    ...[0x00, 0x03, 0xff].map(
      (byte): CaseDraft => ({
        slug: `one-byte-${byte}`,
        rule: RULES.body,
        title: `a Close with a body of one byte, ${byte}`,
        ...fails([{ opcode: CLOSE, payload: Buffer.from([byte]) }], { codes: [1002] }),
      }),
    ),
    ...[1, 2, 61, 122, 123].map(
      (length): CaseDraft => ({
        slug: `reason-${length}`,
        rule: RULES.reason,
        title: `a Close with a reason of ${sizeOf(length)}`,
        ...closes([closeFrame(1000, letters(length))], { codes: [1000] }),
      }),
    ),
    ...[124, 125, 65_533, 65_534].map(
      (length): CaseDraft => ({
        slug: `reason-${length}`,
        rule: RULES.length,
        title: `a Close with a reason of ${sizeOf(length)}, ${length + 2} in all`,
        ...fails([closeFrame(1000, letters(length))], { codes: [1002] }),
      }),
    ),
    ...VALID.filter(([, , content]) => Buffer.byteLength(content) <= 123).map(
      ([slug, what, content]): CaseDraft => ({
        slug: `reason-utf8-${slug}`,
        rule: RULES.reason,
        title: `a Close whose reason has ${what}`,
        ...closes([closeFrame(1000, content)], { codes: [1000] }),
      }),
    ),
  ];
}

function notFinal(): CaseDraft[] {
  return [
    {
      slug: "not-final",
      rule: RULES.whole,
      title: "a Close that is not final",
      ...fails([{ ...closeFrame(1000), fin: false }], { codes: [1002] }),
    },
    {
      slug: "in-two-fragments",
      rule: RULES.whole,
      title: "a Close in two fragments",
      ...fails(
        [
          { ...closeFrame(1000), fin: false },
          { opcode: CONTINUATION, payload: letters(3) },
        ],
        { codes: [1002] },
      ),
    },
  ];
}

/** What comes behind a Close is not looked at, whatever it is. */
const BEHIND: readonly (readonly [string, string, readonly FrameParts[]])[] = [
  ["close", "the same Close again", [closeFrame(1000)]],
  ["other-close", "a Close with another code", [closeFrame(1001)]],
  ["bad-close", "a Close with an illegal code", [closeFrame(1005)]],
  ["text", "a text", [text("late")]],
  ["binary", "a binary", [messageFrame("binary", letters(9))]],
  ["fragments", "a text in fragments", fragments("text", "la", "te")],
  ["ping", "a ping", [ping("late")]],
  ["pong", "a pong", [{ opcode: 0xa, payload: letters(3) }]],
  ["reserved", "a frame with a reserved opcode", [{ opcode: 3 }]],
  ["rsv", "a text with RSV1", [{ ...text("late"), rsv: 4 }]],
  ["continuation", "a continuation of nothing", [{ opcode: CONTINUATION }]],
  ["not-utf8", "a text that is not UTF-8", [messageFrame("text", INVALID[0]?.bytes ?? letters(1))]],
  ["large", "a binary of 1 MiB", [messageFrame("binary", letters(1_048_576))]],
  ["huge-header", "the header of 2^62 bytes", [{ opcode: 2, announced: 2n ** 62n }]],
];

function behind(): CaseDraft[] {
  return BEHIND.map(
    ([slug, what, frames]): CaseDraft => ({
      slug: `then-${slug}`,
      rule: RULES.discard,
      title: `a Close with 1000, and behind it, in one write, ${what}`,
      ...closes([closeFrame(1000), ...frames], { codes: [1000] }),
    }),
  );
}

function ahead(): CaseDraft[] {
  const many = Array.from({ length: 100 }, (_, at) => `message ${at}`);
  const large = payloadOf("binary", 1_048_576);
  return [
    ...KINDS.map(
      (kind): CaseDraft => ({
        slug: `after-${kind}`,
        rule: RULES.order,
        title: `a ${kind} and a Close in one write`,
        ...closes([messageFrame(kind, letters(9)), closeFrame(1000)], {
          codes: [1000],
          before: [back(kind, letters(9))],
        }),
      }),
    ),
    {
      slug: "after-hundred",
      rule: RULES.order,
      title: "a hundred texts and a Close in one write",
      ...closes([...many.map(text), closeFrame(1000)], {
        codes: [1000],
        before: many.map((content) => back("text", content)),
      }),
    },
    {
      slug: "after-large",
      rule: RULES.order,
      title: "a binary of 1 MiB and a Close",
      ...closes([messageFrame("binary", large), closeFrame(1000)], {
        codes: [1000],
        before: [back("binary", large)],
      }),
    },
    {
      slug: "after-empty",
      rule: RULES.order,
      title: "an empty text and a Close in one write",
      ...closes([text(""), closeFrame(1000)], { codes: [1000], before: [back("text", "")] }),
    },
    {
      slug: "inside-message",
      rule: RULES.answer,
      title: "a Close between two fragments",
      ...closes([{ ...text("a"), fin: false }, closeFrame(1000)], { codes: [1000] }),
    },
    {
      slug: "after-fragment-and-rest-behind",
      rule: RULES.discard,
      title: "a Close between two fragments, and the last fragment behind it",
      ...closes([{ ...text("a"), fin: false }, closeFrame(1000), { opcode: CONTINUATION }], {
        codes: [1000],
      }),
    },
  ];
}

/** The end of the stream in place of a Close, and in the middle of things. */
const ENDS: readonly (readonly [string, string, readonly FrameParts[], held: number])[] = [
  ["at-once", "at once", [], 0],
  ["after-message", "behind a text", [text("last")], 0],
  ["inside-message", "between two fragments", [{ ...text("a"), fin: false }], 0],
  [
    "inside-header",
    "inside a frame's header",
    [messageFrame("binary", letters(70_000))],
    69_999 + 8,
  ],
  ["inside-payload", "inside a frame's payload", [messageFrame("binary", letters(70_000))], 35_000],
  ["inside-close", "inside a Close", [closeFrame(1000, "reason")], 3],
];

function streamEnds(): CaseDraft[] {
  return ENDS.map(
    ([slug, where, frames, held]): CaseDraft => ({
      kind: "open",
      slug: `stream-ends-${slug}`,
      rule: RULES.end,
      title: `the end of the stream without a Close, ${where}`,
      allowed: "the stream ends from the other side too, with a Close before it or without",
      async play(peer) {
        const bytes = Buffer.concat(frames.map((frame) => peer.encode(frame)));
        peer.sendBytes(bytes.subarray(0, bytes.length - held), `a stream that ends ${where}`);
        peer.note("ends the stream");
        peer.wire.end();
        const mayEcho = slug === "after-message";
        for (;;) {
          const event = await peer.next();
          if (event.type === "end") return passed("the end");
          if (event.type === "close" || (mayEcho && event.type === "text")) continue;
          return failed(`${describeEvent(event)} came, not the end`);
        }
      },
    }),
  );
}

/** Our Close goes out, and theirs must come although the rest of the stream is slow. */
function slowly(): CaseDraft[] {
  return [
    {
      kind: "open",
      slug: "then-end",
      rule: RULES.answer,
      title: "a Close and the end of the stream, together",
      allowed: "a Close with 1000 and the end, or the end alone",
      async play(peer) {
        peer.close(1000);
        peer.wire.end();
        const event = await peer.next();
        if (event.type === "end")
          return event.reset ? tolerated("a reset") : passed("the end alone");
        return judgeClose(peer, event, [1000]);
      },
    },
    {
      kind: "open",
      slug: "server-ends-first",
      tested: "server",
      rule: RULES.end,
      title: "a Close, and then nothing: the client waits",
      allowed: "a Close with 1000, and the server ends the stream",
      async play(peer) {
        peer.close(1000);
        return awaitClose(peer, [1000]);
      },
    },
    {
      kind: "open",
      slug: "client-ends-after-server",
      tested: "client",
      rule: RULES.end,
      title: "a Close, and the end of the stream when the client's has come",
      allowed: "a Close with 1000, and the client ends the stream too",
      async play(peer) {
        peer.close(1000);
        return awaitClose(peer, [1000]);
      },
    },
  ];
}

export function close(): Group {
  return makeGroup("close", "The closing handshake", 140, [
    ...codes(),
    ...bodies(),
    ...notFinal(),
    ...behind(),
    ...ahead(),
    ...streamEnds(),
    ...slowly(),
  ]);
}
