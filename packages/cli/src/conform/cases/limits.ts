/** Messages larger than anybody takes: announced and not sent, or sent up to the limit and over it. */
import { type CaseDraft, type Finding, type Group, makeGroup, rfc6455 } from "../case.ts";
import { type FrameParts, TEXT } from "../frame.ts";
import {
  back,
  KINDS,
  type Kind,
  letters,
  messageFrame,
  opcodeOf,
  payloadOf,
  ping,
  pong,
  split,
} from "../inputs.ts";
import {
  awaitEarlyFailure,
  awaitFailure,
  describeEvent,
  failed,
  findMissing,
  finish,
  informational,
  passed,
  tolerated,
} from "../outcomes.ts";
import type { Peer } from "../peer.ts";

const RULES = {
  limit: rfc6455("10.4", "MUST protect themselves against exceeding those limits"),
  code: rfc6455("7.4.1", "1009 […] it has received a message that is too big for it to process"),
} as const;

/** The memory that a header alone, or bytes that trickle, may cost. */
const BOUND = 64 * 1_048_576;

const ANNOUNCED: readonly (readonly [string, bigint])[] = [
  ["1-gib", 2n ** 30n],
  ["2-gib-less-1", 2n ** 31n - 1n],
  ["2-gib", 2n ** 31n],
  ["4-gib-less-1", 2n ** 32n - 1n],
  ["4-gib", 2n ** 32n],
  ["4-gib-and-5", 2n ** 32n + 5n],
  ["2-53-less-1", 2n ** 53n - 1n],
  ["2-53", 2n ** 53n],
  ["2-53-and-1", 2n ** 53n + 1n],
  ["2-62", 2n ** 62n],
  ["2-63-less-1", 2n ** 63n - 1n],
];

/** A header and 5 bytes of payload. To wait for more is allowed, as long as nothing is kept ready for it. */
function announced(): CaseDraft[] {
  return ANNOUNCED.flatMap(([slug, length]) =>
    KINDS.map(
      (kind): CaseDraft => ({
        kind: "open",
        slug: `announced-${kind}-${slug}`,
        rule: RULES.limit,
        title: `the header of a ${kind} of ${length} bytes, and 5 of them`,
        allowed:
          "a Close with 1009, then the end; tolerated: another code, the end alone, or waiting for the rest",
        async play(peer) {
          peer.send({ opcode: opcodeOf(kind), payload: letters(5), announced: length });
          return awaitRefusal(peer);
        },
      }),
    ),
  );
}

async function awaitRefusal(peer: Peer): Promise<Finding> {
  const event = await peer.next(peer.wait / 2);
  if (event.type === "silence") return tolerated("it waits for the rest");
  return awaitFailure(peer, [1009], [], event);
}

/** What a limit's cases need to know. */
interface Limited {
  readonly slug: string;
  readonly title: string;
  readonly allowed: string;
  play(peer: Peer, limit: number): Promise<Finding>;
}

/** Informational while the limit is not known, or too far for a test. */
function limited({ slug, title, allowed, play }: Limited): CaseDraft {
  return {
    kind: "open",
    slug,
    rule: RULES.code,
    title,
    allowed,
    alone: true,
    async play(peer, { maxMessageSize }) {
      if (maxMessageSize === undefined)
        return informational("the limit is not known; --max-message-size tells it");
      if (maxMessageSize > LARGEST) return informational("the limit is above 64 MiB");
      return play(peer, maxMessageSize);
    },
  };
}

const LARGEST = 64 * 1_048_576;
const REFUSED = "a Close with 1009, then the end; tolerated: another code, or the end alone";

function atLimit(): CaseDraft[] {
  return KINDS.flatMap((kind) => [
    limited({
      slug: `at-limit-${kind}`,
      title: `a ${kind} as large as the limit, whole`,
      allowed: "the message back",
      play: (peer, limit) => playLegal(peer, kind, limit, limit),
    }),
    limited({
      slug: `at-limit-${kind}-fragments`,
      title: `a ${kind} as large as the limit, in four fragments with an empty one behind`,
      allowed: "the message back",
      play: (peer, limit) => playLegal(peer, kind, limit, Math.ceil(limit / 4)),
    }),
    limited({
      slug: `over-limit-${kind}-header`,
      title: `the header of a ${kind} one byte above the limit, and nothing of it`,
      allowed: `${REFUSED}, or only once it has come`,
      play: (peer, limit) => playHeader(peer, kind, limit + 1),
    }),
    limited({
      slug: `over-limit-${kind}-fragments`,
      title: `a ${kind} of two fragments, together one byte above the limit`,
      allowed: REFUSED,
      play: (peer, limit) => playOver(peer, kind, limit, Math.ceil(limit / 2) + 1),
    }),
    limited({
      slug: `over-limit-${kind}-last-byte`,
      title: `a ${kind} of as much as the limit and a last fragment of one byte`,
      allowed: REFUSED,
      play: (peer, limit) => playOver(peer, kind, limit, limit),
    }),
  ]);
}

async function playLegal(peer: Peer, kind: Kind, length: number, size: number): Promise<Finding> {
  const payload = payloadOf(kind, length);
  peer.send(...split(kind, payload, size));
  return (await findMissing(peer, [back(kind, payload)])) ?? finish(peer);
}

async function playOver(peer: Peer, kind: Kind, limit: number, size: number): Promise<Finding> {
  for (const frame of split(kind, payloadOf(kind, limit + 1), size)) {
    if (!peer.wire.isOver) peer.send(frame);
  }
  return awaitFailure(peer, [1009]);
}

async function playHeader(peer: Peer, kind: Kind, length: number): Promise<Finding> {
  const bytes = peer.encode(messageFrame(kind, payloadOf(kind, length)));
  peer.sendBytes(bytes.subarray(0, -length), "the header");
  return awaitEarlyFailure(peer, [1009], () =>
    peer.sendBytes(bytes.subarray(-length), "the payload"),
  );
}

/** Control frames are no part of the message that they interrupt. */
function around(): CaseDraft[] {
  return [
    limited({
      slug: "at-limit-with-pings",
      title: "a binary as large as the limit in two fragments, with ten pings of 125 bytes between",
      allowed: "ten pongs and the message back",
      async play(peer, limit) {
        const payload = payloadOf("binary", limit);
        const [first, ...rest] = split("binary", payload, Math.ceil(limit / 2));
        const pings = Array.from({ length: 10 }, () => letters(125));
        const frames: FrameParts[] = first === undefined ? [] : [first];
        peer.send(...frames, ...pings.map((one) => ping(one)), ...rest);
        const awaited = [...pings.map((one) => pong(one)), back("binary", payload)];
        return (await findMissing(peer, awaited)) ?? finish(peer);
      },
    }),
    limited({
      slug: "below-limit-again-and-again",
      title: "two binaries, together above the limit, the second when the first is back",
      allowed: "both messages back",
      async play(peer, limit) {
        const payload = payloadOf("binary", Math.ceil(limit / 2) + 1);
        const awaited = [back("binary", payload)];
        peer.send(messageFrame("binary", payload));
        const missing = await findMissing(peer, awaited);
        if (missing) return missing;
        peer.send(messageFrame("binary", payload));
        return (await findMissing(peer, awaited)) ?? finish(peer);
      },
    }),
  ];
}

/** A hundred connections that announce a lot and send little: what is kept for them is bounded. */
function memory(): CaseDraft[] {
  return [
    {
      kind: "open",
      slug: "memory-of-announced",
      tested: "server",
      alone: true,
      rule: RULES.limit,
      title: "twenty connections that each announce 15 MiB and send 5 bytes",
      allowed: `the process grows by less than ${BOUND / 1_048_576} MiB (with --pid)`,
      async play(peer, { memory: readMemory, another }) {
        const before = await readMemory();
        if (before === undefined || another === undefined)
          return informational("--pid tells whose memory");
        const frame = { opcode: TEXT, payload: letters(5), announced: 15n * 2n ** 20n };
        peer.send(frame);
        for (let count = 1; count < 20; count++) (await another()).send(frame);
        const event = await peer.next(peer.wait / 4);
        const growth = ((await readMemory()) ?? before) - before;
        const came = event.type === "silence" ? "it waits for the rest" : describeEvent(event);
        const note = `${Math.round(growth / 1_048_576)} MiB`;
        if (growth > BOUND) return { ...failed(`the process grew above the bound: ${came}`), note };
        return { ...passed("the memory stayed within the bound"), note };
      },
    },
  ];
}

export function limits(): Group {
  return makeGroup("limits", "Messages beyond the limit", 34, [
    ...announced(),
    ...atLimit(),
    ...around(),
    ...memory(),
  ]);
}
