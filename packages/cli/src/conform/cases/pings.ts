/** Pings and pongs in every position: alone, in rows, between fragments, around a close, and illegal ones. */
import { type CaseDraft, type Group, makeGroup, rfc6455 } from "../case.ts";
import { CONTINUATION, type FrameParts, PING, PONG } from "../frame.ts";
import { back, fragments, letters, octets, ping, pong, text } from "../inputs.ts";
import {
  awaitEnd,
  describeEvent,
  echoes,
  failed,
  fails,
  findMissing,
  finish,
  passed,
} from "../outcomes.ts";
import type { Feed } from "../peer.ts";
import { sizeOf } from "../transcript.ts";

const RULES = {
  inside: rfc6455(
    "5.4",
    "An endpoint MUST be capable of handling control frames in the middle of a fragmented message",
  ),
  answer: rfc6455(
    "5.5.2",
    "an endpoint MUST send a Pong frame in response, unless it already received a Close frame",
  ),
  payload: rfc6455(
    "5.5.3",
    'A Pong frame sent in response to a Ping frame must have identical "Application data"',
  ),
  unsolicited: rfc6455("5.5.3", "A response to an unsolicited Pong frame is not expected."),
  length: rfc6455("5.5", "All control frames MUST have a payload length of 125 bytes or less"),
  whole: rfc6455("5.5", "and MUST NOT be fragmented"),
} as const;

const LENGTHS = [0, 1, 2, 64, 124, 125];
const FEEDS: readonly Feed[] = ["whole", "bytes", "borders"];

function answered(): CaseDraft[] {
  return LENGTHS.flatMap((length) =>
    FEEDS.map(
      (feed): CaseDraft => ({
        slug: `ping-${length}-${feed}`,
        rule: RULES.payload,
        title: `a ping of ${sizeOf(length)}, ${feed === "whole" ? "in one write" : feed === "bytes" ? "byte by byte" : "cut at the borders of its header"}`,
        ...echoes([ping(octets(length))], [pong(octets(length))], { feed }),
      }),
    ),
  );
}

function rows(): CaseDraft[] {
  return [2, 10, 50].flatMap((count) =>
    (["whole", "borders"] as const).map((feed): CaseDraft => {
      const payloads = Array.from({ length: count }, (_, at) => `ping ${at}`);
      return {
        slug: `row-of-${count}-${feed}`,
        rule: RULES.payload,
        title: `${count} pings in a row, ${feed === "whole" ? "in one write" : "each cut at the borders of its header"}`,
        ...echoes(
          payloads.map((payload) => ping(payload)),
          payloads.map((payload) => pong(payload)),
          { feed },
        ),
      };
    }),
  );
}

function tooLong(): CaseDraft[] {
  const kinds = [
    ["ping", PING],
    ["pong", PONG],
  ] as const;
  return kinds.flatMap(([name, opcode]) =>
    [126, 127, 65_535, 65_536].map(
      (length): CaseDraft => ({
        slug: `${name}-${length}`,
        rule: RULES.length,
        title: `a ${name} of ${sizeOf(length)}`,
        ...fails([{ opcode, payload: octets(length) }], { codes: [1002] }),
      }),
    ),
  );
}

function fragmented(): CaseDraft[] {
  const kinds = [
    ["ping", PING],
    ["pong", PONG],
  ] as const;
  return kinds.flatMap(([name, opcode]): CaseDraft[] => [
    {
      slug: `${name}-not-final`,
      rule: RULES.whole,
      title: `a ${name} that is not final, alone`,
      ...fails([{ opcode, payload: letters(3), fin: false }], { codes: [1002] }),
    },
    {
      slug: `${name}-in-two-fragments`,
      rule: RULES.whole,
      title: `a ${name} in two fragments`,
      ...fails(
        [
          { opcode, payload: letters(3), fin: false },
          { opcode: CONTINUATION, payload: letters(3) },
        ],
        { codes: [1002] },
      ),
    },
    {
      slug: `${name}-not-final-empty`,
      rule: RULES.whole,
      title: `an empty ${name} that is not final`,
      ...fails([{ opcode, fin: false }], { codes: [1002] }),
    },
    {
      slug: `${name}-not-final-inside-message`,
      rule: RULES.whole,
      title: `a ${name} that is not final, between the fragments of a text`,
      ...fails(
        [
          { ...text("a"), fin: false },
          { opcode, fin: false },
          { opcode: CONTINUATION, payload: letters(3) },
        ],
        { codes: [1002] },
      ),
    },
  ]);
}

function unsolicited(): CaseDraft[] {
  const lone = (payload: Uint8Array): FrameParts => ({ opcode: PONG, payload });
  const row = Array.from({ length: 10 }, (_, at) => lone(letters(at)));
  return [
    ...[0, 1, 125].map(
      (length): CaseDraft => ({
        slug: `pong-unsolicited-${length}`,
        rule: RULES.unsolicited,
        title: `a pong of ${sizeOf(length)} that nobody asked for, then a text`,
        ...echoes([lone(octets(length)), text("after")], [back("text", "after")]),
      }),
    ),
    {
      slug: "pong-unsolicited-row",
      rule: RULES.unsolicited,
      title: "ten pongs that nobody asked for, then a ping",
      ...echoes([...row, ping("after")], [pong("after")]),
    },
    {
      slug: "pong-unsolicited-before-ping",
      rule: RULES.unsolicited,
      title: "a pong with the payload of the ping that follows",
      ...echoes(
        [lone(Buffer.from("same")), ping("same"), text("after")],
        [pong("same"), back("text", "after")],
      ),
    },
    {
      slug: "pong-inside-message",
      rule: RULES.unsolicited,
      title: "a pong that nobody asked for, between two fragments",
      ...echoes(
        [
          { ...text("a"), fin: false },
          lone(letters(5)),
          { opcode: CONTINUATION, payload: Buffer.from("b") },
        ],
        [back("text", "ab")],
      ),
    },
  ];
}

/** The pong must come while the message is open: its last fragment is sent only then. */
function insideMessage(): CaseDraft[] {
  return [1, 2, 10].map((count): CaseDraft => {
    const pieces = fragments(
      "text",
      ...Array.from({ length: count + 1 }, (_, at) => `part ${at}, `),
    );
    const pings = Array.from({ length: count }, (_, at) => `ping ${at}`);
    const whole = Buffer.concat(pieces.map(({ payload = new Uint8Array(0) }) => payload));
    return {
      kind: "open",
      slug: `inside-message-${count}`,
      rule: RULES.inside,
      title: `a text of ${count + 1} fragments with a ping behind each but the last, which waits for the pongs`,
      allowed: `${count} pongs before the message is whole, then the message back`,
      async play(peer) {
        for (const [at, payload] of pings.entries()) {
          peer.send(...pieces.slice(at, at + 1), ping(payload));
        }
        const missing = await findMissing(
          peer,
          pings.map((payload) => pong(payload)),
        );
        if (missing) return missing;
        peer.send(...pieces.slice(-1));
        return (await findMissing(peer, [back("text", whole)])) ?? finish(peer);
      },
    };
  });
}

function aroundMessages(): CaseDraft[] {
  return [
    {
      slug: "between-messages",
      rule: RULES.answer,
      title: "text, ping, text, ping",
      ...echoes(
        [text("a"), ping("1"), text("b"), ping("2")],
        [back("text", "a"), pong("1"), back("text", "b"), pong("2")],
      ),
    },
    {
      slug: "not-utf8",
      rule: RULES.payload,
      title: "a ping whose payload is not UTF-8",
      ...echoes(
        [ping(Buffer.from([0xff, 0xfe, 0xc0, 0x80]))],
        [pong(Buffer.from([0xff, 0xfe, 0xc0, 0x80]))],
      ),
    },
    {
      slug: "zeros",
      rule: RULES.payload,
      title: "a ping of 125 zero bytes",
      ...echoes([ping(Buffer.alloc(125))], [pong(Buffer.alloc(125))]),
    },
  ];
}

function aroundClose(): CaseDraft[] {
  return [
    {
      kind: "open",
      slug: "before-close",
      rule: RULES.answer,
      title: "a ping and a Close in one write",
      allowed: "a pong and a Close, or a Close alone; then the end",
      async play(peer) {
        peer.send(ping("last"), { opcode: 0x8, payload: Buffer.from([0x03, 0xe8]) });
        const first = await peer.next();
        const event = first.type === "pong" ? await peer.next() : first;
        if (event.type !== "close") return failed(`${describeEvent(event)} came`);
        peer.answerClose();
        const surplus = await awaitEnd(peer);
        if (surplus !== undefined) return failed(`a Close, then ${surplus}`);
        return passed(first.type === "pong" ? "a pong and a Close" : "a Close alone");
      },
    },
    {
      kind: "open",
      slug: "after-close",
      rule: RULES.answer,
      title: "a Close and a ping behind it, in one write",
      allowed: "a Close and no pong; then the end",
      async play(peer) {
        peer.send({ opcode: 0x8, payload: Buffer.from([0x03, 0xe8]) }, ping("late"));
        const event = await peer.next();
        if (event.type !== "close") return failed(`${describeEvent(event)} came`);
        peer.answerClose();
        const surplus = await awaitEnd(peer);
        return surplus === undefined
          ? passed("a Close, then the end")
          : failed(`a Close, then ${surplus}`);
      },
    },
  ];
}

export function pings(): Group {
  return makeGroup("pings", "Pings and pongs", 45, [
    ...answered(),
    ...rows(),
    ...tooLong(),
    ...fragmented(),
    ...unsolicited(),
    ...insideMessage(),
    ...aroundMessages(),
    ...aroundClose(),
  ]);
}
