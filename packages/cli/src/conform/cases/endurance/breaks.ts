/** Connections that break in the middle of everything, and many at once: others are served on. */
import { type CaseDraft, type Finding, rfc6455 } from "../../case.ts";
import { CONTINUATION, type FrameParts } from "../../frame.ts";
import { back, letters, messageFrame, octets, ping, text } from "../../inputs.ts";
import { failed, findMissing, finish, passed } from "../../outcomes.ts";
import { closeFrame, type Peer } from "../../peer.ts";
import { endurance } from "./bounds.ts";

/** Slug, where, what is sent, and how many of its last bytes are held back. */
const PLACES: readonly (readonly [string, string, readonly FrameParts[], held: number])[] = [
  ["open", "on an open connection", [], 0],
  ["header", "inside a frame's header", [messageFrame("binary", octets(70_000))], 70_003],
  ["payload", "inside a payload", [messageFrame("binary", octets(70_000))], 30_000],
  ["fragments", "between two fragments", [{ ...text("a"), fin: false }], 0],
  [
    "fragment",
    "inside a fragment",
    [
      { ...text("a"), fin: false },
      { opcode: CONTINUATION, payload: letters(9) },
    ],
    4,
  ],
  ["ping", "behind a ping", [ping("x")], 0],
  ["echo", "while an echo of 1 MiB is on its way", [messageFrame("binary", octets(1_048_576))], 0],
  [
    "echoes",
    "while a thousand echoes are on their way",
    Array.from({ length: 1000 }, () => text("x")),
    0,
  ],
  ["close", "behind a Close", [closeFrame(1000)], 0],
  ["close-half", "inside a Close", [closeFrame(1000, "reason")], 3],
  ["fault", "behind an illegal frame", [{ opcode: 3 }], 0],
];

type Place = (typeof PLACES)[number];

const AGAIN = 10;

async function judgeAnother(another: (() => Promise<Peer>) | undefined): Promise<Finding> {
  const peer = await another?.();
  if (peer === undefined) return passed("nothing to see");
  peer.send(text("still there?"));
  return (await findMissing(peer, [back("text", "still there?")])) ?? finish(peer);
}

/** Milliseconds. */
const SETTLE = 10;

/** Sends up to the place, so that all of it has left, and breaks the connection. */
async function breakAt(
  peer: Peer,
  [slug, , frames, held]: Place,
  how: "reset" | "end",
): Promise<void> {
  const bytes = Buffer.concat(frames.map((frame) => peer.encode(frame)));
  await peer.wire.writeAlone(bytes.subarray(0, bytes.length - held));
  // A reset that comes together with data looks like an end to a server on libuv: let it read first.
  if (!slug.startsWith("echo")) await peer.next(SETTLE);
  if (how === "reset") return peer.wire.reset();
  peer.wire.end();
  peer.wire.destroy();
}

function breaks(): CaseDraft[] {
  return PLACES.flatMap((place) =>
    (["reset", "end"] as const).map((how) =>
      endurance({
        slug: `${how}-${place[0]}`,
        tested: "server",
        title: `${AGAIN} connections that ${how === "reset" ? "are reset" : "go away"} ${place[1]}`,
        allowed: "another connection is served",
        async play(peer, { another }) {
          peer.note(`${how === "reset" ? "resets" : "drops"} the connection ${place[1]}`);
          await breakAt(peer, place, how);
          for (let count = 1; count < AGAIN && another; count++) {
            await breakAt(await another(), place, how);
          }
          return judgeAnother(another);
        },
      }),
    ),
  );
}

const MANY = 200;

function many(): CaseDraft[] {
  return [
    endurance({
      slug: "many-connections",
      tested: "server",
      title: `${MANY} connections open at once, a text on each`,
      allowed: "each message back",
      async play(peer, { another }) {
        const peers = [peer];
        while (another && peers.length < MANY) peers.push(await another());
        for (const [at, one] of peers.entries()) one.send(text(`connection ${at}`));
        for (const [at, one] of peers.entries()) {
          const missing = await findMissing(one, [back("text", `connection ${at}`)]);
          if (missing) return failed(`on connection ${at}: ${missing.came}`);
        }
        for (const one of peers) one.close(1000);
        return passed("each message back");
      },
    }),
  ];
}

/** Bytes that trickle: each alone, with a rest between. Milliseconds. */
const REST = 10;

function trickle(): CaseDraft {
  return {
    kind: "open",
    slug: "slow-sender",
    long: true,
    rule: rfc6455(
      "5.4",
      "senders and receivers must not depend on the presence of specific frame boundaries",
    ),
    title: `a text of 100 bytes, a byte every ${REST} ms`,
    allowed: "the message back",
    async play(peer) {
      const bytes = peer.encode(messageFrame("text", letters(100)));
      for (const byte of bytes) {
        peer.wire.write(Buffer.from([byte]));
        await new Promise((resolve) => setTimeout(resolve, REST));
      }
      return (await findMissing(peer, [back("text", letters(100))])) ?? finish(peer);
    },
  };
}

export function makeBreaks(): CaseDraft[] {
  return [...breaks(), ...many(), trickle()];
}
