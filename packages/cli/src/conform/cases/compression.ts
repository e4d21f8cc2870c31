/**
 * Compressed messages (RFC 7692): all parameters with sizes from 16 B to 128 KiB, whole and in
 * fragments. Each case plays several similar messages, so that a context that is kept, or reset, where
 * it must not be shows; and its payloads repeat themselves at distances that tempt a compressor to point
 * further back than was agreed.
 */
import { type CaseDraft, type Group, makeGroup, rfc7692 } from "../case.ts";
import { CONTINUATION, type FrameParts } from "../frame.ts";
import { back, KINDS, type Kind, letters, octets, opcodeOf } from "../inputs.ts";
import { compressed, failed, findMissing, finish } from "../outcomes.ts";
import type { Peer } from "../peer.ts";

const RULES = {
  plain: rfc7692("7.2.1", "An endpoint uses the following algorithm to compress a message."),
  serverTakeover: rfc7692("7.1.1.1", "prevents the peer server from using context takeover"),
  clientTakeover: rfc7692("7.1.1.2", "prevents the peer client from using context takeover"),
  serverBits: rfc7692(
    "7.1.2.1",
    "limits the LZ77 sliding window size that the server will use to compress messages",
  ),
  clientBits: rfc7692(
    "7.1.2.2",
    "limits the LZ77 sliding window size that the client uses to compress messages",
  ),
} as const;

interface Terms {
  readonly slug: string;
  readonly rule: keyof typeof RULES;
  /** Parameters that a client offers, and that a server answers with. */
  readonly offer: string;
  readonly answer: string;
}

const TERMS: readonly Terms[] = [
  same("plain", "plain", ""),
  {
    slug: "client-bits-open",
    rule: "clientBits",
    offer: "client_max_window_bits",
    answer: "client_max_window_bits=15",
  },
  same("server-no-takeover", "serverTakeover", "server_no_context_takeover"),
  same("client-no-takeover", "clientTakeover", "client_no_context_takeover"),
  same("no-takeover", "clientTakeover", "server_no_context_takeover; client_no_context_takeover"),
  same("server-bits-8", "serverBits", "server_max_window_bits=8"),
  same("server-bits-9", "serverBits", "server_max_window_bits=9"),
  same("server-bits-12", "serverBits", "server_max_window_bits=12"),
  same("client-bits-9", "clientBits", "client_max_window_bits=9"),
  same("client-bits-12", "clientBits", "client_max_window_bits=12"),
  same("bits-9", "serverBits", "server_max_window_bits=9; client_max_window_bits=9"),
  same(
    "bits-10-no-takeover",
    "serverBits",
    "server_max_window_bits=10; client_max_window_bits=10; server_no_context_takeover; client_no_context_takeover",
  ),
];

function same(slug: string, rule: keyof typeof RULES, parameters: string): Terms {
  return { slug, rule, offer: parameters, answer: parameters };
}

export function deflateWith(parameters: string): string {
  return parameters === "" ? "permessage-deflate" : `permessage-deflate; ${parameters}`;
}

const SIZES = [16, 256, 1024, 8192, 32_768, 131_072];
const MESSAGES = 6;

/** A block that does not compress by itself, again and again: matches lie exactly its length back. */
const PERIODS = [200, 600, 1500, 5000, 20_000];

/** The message `at` of a row: each begins as the others do, and tempts with another distance. */
function payloadAt(kind: Kind, size: number, at: number): Buffer {
  const period = PERIODS[at % PERIODS.length] ?? 200;
  const block =
    kind === "text"
      ? Buffer.from(octets(period).toString("base64").slice(0, period))
      : octets(period);
  const head = Buffer.from(`{"message":${at},"name":"`);
  const blocks = Array.from({ length: Math.ceil(size / period) }, () => block);
  return Buffer.concat([head, ...blocks, letters(size)]).subarray(0, size);
}

/** A compressed message in one frame, or in four with RSV1 on the first. */
function framesOf(peer: Peer, kind: Kind, payload: Buffer, count: number): FrameParts[] {
  const bytes = peer.compression?.deflate(payload) ?? payload;
  const size = Math.max(1, Math.ceil(bytes.length / count));
  return Array.from({ length: count }, (_, at): FrameParts => {
    const frame = {
      opcode: at === 0 ? opcodeOf(kind) : CONTINUATION,
      payload: bytes.subarray(at * size, (at + 1) * size),
      fin: at === count - 1,
    };
    return at === 0 ? compressed(frame) : frame;
  });
}

function messages({ slug, rule, offer, answer }: Terms): CaseDraft[] {
  return SIZES.flatMap((size) =>
    KINDS.flatMap((kind) =>
      [1, 4].map(
        (count): CaseDraft => ({
          kind: "open",
          slug: `${slug}-${kind}-${size}${count === 1 ? "" : "-fragments"}`,
          rule: RULES[rule],
          title: `${MESSAGES} similar ${kind} messages of ${size} bytes, compressed${count === 1 ? "" : ", in four fragments each"}; ${offer === "" ? "no parameters" : offer}`,
          allowed: `${MESSAGES} messages back, each legal as negotiated; informational: the offer is declined`,
          deflate: { offer: deflateWith(offer), answer: deflateWith(answer) },
          async play(peer) {
            for (let at = 0; at < MESSAGES; at++) {
              const payload = payloadAt(kind, size, at);
              peer.send(...framesOf(peer, kind, payload, count));
              const missing = await findMissing(peer, [back(kind, payload)]);
              if (missing) return failed(`message ${at + 1} of ${MESSAGES}: ${missing.came}`);
            }
            return finish(peer);
          },
        }),
      ),
    ),
  );
}

export function compression(): Group {
  return makeGroup("compression", "Compressed messages", 250, TERMS.flatMap(messages));
}
