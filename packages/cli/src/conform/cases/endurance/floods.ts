/** Many small things, slow readers and writers, and data that inflates to much more. */
import type { CaseDraft, Finding, Surroundings } from "../../case.ts";
import { deflateWithin } from "../../compression.ts";
import { BINARY, CONTINUATION, type FrameParts, PONG, TEXT } from "../../frame.ts";
import { letters, messageFrame, octets, ping, text } from "../../inputs.ts";
import { awaitFailure, compressed, informational, passed, tolerated } from "../../outcomes.ts";
import type { Peer } from "../../peer.ts";
import { endurance, judgeAlive, pour, TIME } from "./bounds.ts";

const EMPTY: FrameParts = { opcode: CONTINUATION, fin: false };
const TINY: FrameParts = { opcode: CONTINUATION, payload: letters(1), fin: false };
const LAST: FrameParts = { opcode: CONTINUATION };

/** A thousand frames each time. */
function thousand(peer: Peer, frame: FrameParts): Buffer {
  return Buffer.concat(Array.from({ length: 1000 }, () => peer.encode(frame)));
}

interface Flood {
  readonly slug: string;
  readonly title: string;
  readonly frame: FrameParts;
  readonly thousands: number;
  /** Sent before and behind the flood. */
  readonly first?: readonly FrameParts[];
  readonly last?: readonly FrameParts[];
}

const OPEN: FrameParts = { opcode: TEXT, payload: letters(1), fin: false };

const FLOODS: readonly Flood[] = [
  { slug: "empty-pings", title: "100000 empty pings", frame: ping(), thousands: 100 },
  {
    slug: "full-pings",
    title: "50000 pings of 125 bytes",
    frame: ping(octets(125)),
    thousands: 50,
  },
  {
    slug: "pongs",
    title: "200000 pongs that nobody asked for",
    frame: { opcode: PONG, payload: octets(125) },
    thousands: 200,
  },
  { slug: "empty-texts", title: "100000 empty texts", frame: text(""), thousands: 100 },
  {
    slug: "small-binaries",
    title: "100000 binaries of 16 bytes",
    frame: messageFrame("binary", octets(16)),
    thousands: 100,
  },
  {
    slug: "tiny-fragments",
    title: "500000 fragments of one byte, then the last",
    frame: TINY,
    thousands: 500,
    first: [OPEN],
    last: [LAST],
  },
  {
    slug: "empty-fragments",
    title: "500000 empty fragments, then the last",
    frame: EMPTY,
    thousands: 500,
    first: [OPEN],
    last: [LAST],
  },
  {
    slug: "pings-inside-message",
    title: "20000 pings between two fragments",
    frame: ping("x"),
    thousands: 20,
    first: [OPEN],
    last: [LAST],
  },
];

function floods(): CaseDraft[] {
  return FLOODS.map(({ slug, title, frame, thousands, first = [], last = [] }) =>
    endurance({
      slug: `flood-${slug}`,
      title,
      async play(peer, surroundings) {
        peer.send(...first);
        await pour(peer, thousand(peer, frame), thousands, "a thousand frames");
        peer.send(...last);
        return judgeAlive(peer, surroundings);
      },
    }),
  );
}

/** A message that never ends must not be kept without end. */
function neverFinal(): CaseDraft[] {
  return [EMPTY, TINY].map((frame) => {
    const what = frame === EMPTY ? "empty" : "tiny";
    return endurance({
      slug: `never-final-${what}`,
      title: `a million ${what} fragments of a message that never ends, then a ping`,
      allowed: "a pong, or a Close",
      async play(peer) {
        peer.send(OPEN);
        await pour(peer, thousand(peer, frame), 1000, "a thousand fragments");
        peer.send(ping("still there?"));
        const event = await peer.next(TIME);
        if (event.type === "pong") return passed("it answers on");
        if (event.type === "close") return passed(`a Close with ${event.code ?? "no code"}`);
        return event.type === "end"
          ? tolerated("the end without a Close")
          : { verdict: "fail", came: "nothing came" };
      },
    });
  });
}

/** What is sent is not read back: it may stop taking, or close, but not keep it all. */
function slowReaders(): CaseDraft[] {
  const frames: readonly (readonly [string, string, FrameParts, number])[] = [
    ["64-kib", "2000 binaries of 64 KiB", messageFrame("binary", octets(65_536)), 2000],
    ["1-kib", "100000 binaries of 1 KiB", messageFrame("binary", octets(1024)), 100_000],
    ["1-mib", "128 binaries of 1 MiB", messageFrame("binary", octets(1_048_576)), 128],
    ["pings", "300000 pings of 125 bytes", ping(octets(125)), 300_000],
  ];
  return frames.map(([slug, title, frame, count]) =>
    endurance({
      slug: `slow-reader-${slug}`,
      title: `${title}, of whose answers none is read until the tested side stops taking or all is sent`,
      async play(peer, surroundings) {
        const bytes = peer.encode(frame);
        const perWrite = Math.max(1, Math.floor(262_144 / bytes.length));
        peer.wire.pause();
        await pour(
          peer,
          Buffer.concat(Array.from({ length: perWrite }, () => bytes)),
          Math.ceil(count / perWrite),
          `${perWrite} frames`,
        );
        peer.wire.resume();
        return judgeAlive(peer, surroundings);
      },
    }),
  );
}

const PLAIN = { offer: "permessage-deflate", answer: "permessage-deflate" };

/** What the bombs inflate to. Bytes. */
const BOMB = 256 * 1_048_576;

/** 256 MiB of zeros in a quarter of a megabyte: one flushed block again and again. */
function bomb(): Buffer {
  const mebibyte = deflateWithin(Buffer.alloc(1_048_576), 15);
  const block = Buffer.concat([mebibyte, Buffer.from([0, 0, 0xff, 0xff])]);
  return Buffer.concat([...Array.from({ length: 256 }, () => block), Buffer.from([0])]);
}

function bombs(): CaseDraft[] {
  return [TEXT, BINARY].flatMap((opcode) =>
    [1, 16].map((count) =>
      endurance({
        slug: `bomb-${opcode === TEXT ? "text" : "binary"}${count === 1 ? "" : "-fragments"}`,
        title: `a ${opcode === TEXT ? "text" : "binary"} of 256 MiB of zeros, compressed to 256 KiB, in ${count === 1 ? "one frame" : `${count} fragments`}`,
        allowed:
          "a Close with 1009; tolerated: another code, or the end alone; informational where no limit is known: all of it back",
        deflate: PLAIN,
        async play(peer, surroundings) {
          const bytes = bomb();
          const size = Math.ceil(bytes.length / count);
          for (let at = 0; at < count && !peer.wire.isOver; at++) {
            const frame = {
              payload: bytes.subarray(at * size, (at + 1) * size),
              fin: at === count - 1,
            };
            peer.send(
              at === 0 ? compressed({ opcode, ...frame }) : { opcode: CONTINUATION, ...frame },
            );
          }
          return judgeBomb(peer, surroundings);
        },
      }),
    ),
  );
}

/** To inflate and echo all of that takes a while. Milliseconds. */
const PATIENCE = 20_000;

/** Who has no limit exceeds none (section 10.4): that is worth knowing, and against no sentence. */
async function judgeBomb(peer: Peer, { maxMessageSize }: Surroundings): Promise<Finding> {
  const event = await peer.next(PATIENCE);
  const isWhole =
    (event.type === "text" || event.type === "binary") && event.payload.length === BOMB;
  return isWhole && maxMessageSize === undefined
    ? informational("all 256 MiB came back: it has no limit below")
    : awaitFailure(peer, [1009], [], event);
}

/** Read as a frame, "GE" announces 69 bytes: with fewer, one that looks at whole frames alone would wait. */
const REQUEST = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(200)}\r\n\r\n`;

/** Bytes that are no frames at all. */
function garbage(): CaseDraft[] {
  const kinds: readonly (readonly [string, string, Buffer])[] = [
    ["random", "1 MiB of any bytes", octets(1_048_576)],
    ["ones", "1 MiB of ff", Buffer.alloc(1_048_576, 0xff)],
    ["http", "another request", Buffer.from(REQUEST)],
  ];
  return kinds.map(([slug, what, bytes]) =>
    endurance({
      slug: `garbage-${slug}`,
      title: `${what} in place of frames`,
      async play(peer, surroundings) {
        peer.sendBytes(bytes, what);
        return judgeAlive(peer, surroundings);
      },
    }),
  );
}

export function makeFloods(): CaseDraft[] {
  return [...floods(), ...neverFinal(), ...slowReaders(), ...bombs(), ...garbage()];
}
