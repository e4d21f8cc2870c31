/** Large messages, and many: the verdict is on what comes back, the time is a note. */
import { type CaseDraft, type Finding, type Group, makeGroup, rfc6455 } from "../case.ts";
import { back, KINDS, type Kind, messageFrame, payloadOf, split } from "../inputs.ts";
import {
  awaitEnd,
  describeEvent,
  failed,
  findMissing,
  finish,
  informational,
} from "../outcomes.ts";
import type { Peer } from "../peer.ts";
import { sizeOf } from "../transcript.ts";

const RULES = {
  length: rfc6455(
    "5.2",
    "If 127, the following 8 bytes interpreted as a 64-bit unsigned integer […] are the payload length",
  ),
  fragments: rfc6455(
    "5.4",
    "to allow sending a message that is of unknown size when the message is started",
  ),
  stream: rfc6455(
    "5.4",
    "senders and receivers must not depend on the presence of specific frame boundaries",
  ),
} as const;

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZES = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB];
const FRAGMENTS = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
const WRITES = [64, 128, 256, 512, KIB, 2 * KIB, 16 * KIB];
const LENGTHS = [0, 16, 64, 256, KIB, 4 * KIB, 16 * KIB];
const MESSAGES = 1000;
/** An answer to 16 MiB may take longer than others. Milliseconds. */
const PATIENCE = 20_000;

function name(bytes: number): string {
  if (bytes >= MIB) return `${bytes / MIB}-mib`;
  return bytes >= KIB ? `${bytes / KIB}-kib` : `${bytes}`;
}

/** The same for a title. */
function size(bytes: number): string {
  if (bytes >= MIB) return `${bytes / MIB} MiB`;
  return bytes >= KIB ? `${bytes / KIB} KiB` : sizeOf(bytes);
}

interface Load {
  readonly slug: string;
  readonly title: string;
  readonly rule: CaseDraft["rule"];
  /** Payload bytes in one direction. */
  readonly bytes: number;
  play(peer: Peer): Promise<Finding | undefined>;
}

function load({ slug, title, rule, bytes, play }: Load): CaseDraft {
  return {
    kind: "open",
    slug,
    rule,
    title,
    allowed: "all of it back; informational: a Close with 1008, 1009 or 1013, for a limit",
    alone: true,
    async play(peer) {
      const start = performance.now();
      const missing = await play(peer);
      const seconds = (performance.now() - start) / 1000;
      if (missing) return missing;
      const note = `${(seconds * 1000).toFixed(1)} ms, ${(bytes / MIB / seconds).toFixed(1)} MiB/s`;
      return { ...(await finish(peer)), note };
    },
  };
}

/** A limit of the tested side's own: on sizes, on fragments, on what it has to send. */
const POLICY = [1008, 1009, 1013];

/** The payload comes back, or a Close says that it is too much here. */
async function awaitBack(peer: Peer, kind: Kind, payload: Buffer): Promise<Finding | undefined> {
  const event = await peer.next(PATIENCE);
  if (event.type === "close" && POLICY.includes(event.code ?? 0)) {
    peer.answerClose();
    await awaitEnd(peer);
    return informational(`a Close with ${event.code}: too much here`);
  }
  if (event.type === kind && "payload" in event && event.payload.equals(payload)) return undefined;
  return failed(`${describeEvent(event)} came, not the ${kind} message back`);
}

function whole(): CaseDraft[] {
  return SIZES.flatMap((bytes) =>
    KINDS.map((kind) =>
      load({
        slug: `${kind}-${name(bytes)}`,
        title: `a ${kind} of ${size(bytes)}, in one frame`,
        rule: RULES.length,
        bytes,
        play(peer) {
          const payload = payloadOf(kind, bytes);
          peer.send(messageFrame(kind, payload));
          return awaitBack(peer, kind, payload);
        },
      }),
    ),
  );
}

function inFragments(): CaseDraft[] {
  return FRAGMENTS.flatMap((length) =>
    KINDS.map((kind) =>
      load({
        slug: `${kind}-fragments-of-${name(length)}`,
        title: `a ${kind} of 4 MiB in fragments of ${size(length)}`,
        rule: RULES.fragments,
        bytes: 4 * MIB,
        play(peer) {
          const payload = payloadOf(kind, 4 * MIB);
          peer.send(...split(kind, payload, length));
          return awaitBack(peer, kind, payload);
        },
      }),
    ),
  );
}

function inWrites(): CaseDraft[] {
  return WRITES.map((length) =>
    load({
      slug: `writes-of-${name(length)}`,
      title: `a text of 256 KiB in writes of ${size(length)} to the stream`,
      rule: RULES.stream,
      bytes: 256 * KIB,
      async play(peer) {
        const payload = payloadOf("text", 256 * KIB);
        const bytes = peer.encode(messageFrame("text", payload));
        peer.note(`a text of 256 KiB in writes of ${size(length)}`);
        for (let at = 0; at < bytes.length && !peer.wire.isOver; at += length) {
          await peer.wire.writeAlone(bytes.subarray(at, at + length));
        }
        return awaitBack(peer, "text", payload);
      },
    }),
  );
}

function many(): CaseDraft[] {
  return LENGTHS.flatMap((length) =>
    KINDS.flatMap((kind) => {
      const payload = payloadOf(kind, length);
      const parts = { rule: RULES.length, bytes: MESSAGES * length };
      return [
        load({
          ...parts,
          slug: `${kind}-many-${name(length)}-in-turn`,
          title: `${MESSAGES} ${kind} messages of ${size(length)}, each sent when the one before is back`,
          async play(peer) {
            for (let count = 0; count < MESSAGES; count++) {
              peer.send(messageFrame(kind, payload));
              const missing = await awaitBack(peer, kind, payload);
              if (missing) return missing;
            }
            return undefined;
          },
        }),
        load({
          ...parts,
          slug: `${kind}-many-${name(length)}-at-once`,
          title: `${MESSAGES} ${kind} messages of ${size(length)} in one write`,
          play(peer) {
            peer.send(...Array.from({ length: MESSAGES }, () => messageFrame(kind, payload)));
            return findMissing(
              peer,
              Array.from({ length: MESSAGES }, () => back(kind, payload)),
            );
          },
        }),
      ];
    }),
  );
}

export function throughput(): Group {
  return makeGroup("throughput", "Large messages and many", 60, [
    ...whole(),
    ...inFragments(),
    ...inWrites(),
    ...many(),
  ]);
}
