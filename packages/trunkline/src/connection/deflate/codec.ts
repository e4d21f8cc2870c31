/**
 * The codec of one connection, out of what was negotiated (RFC 7692, section 7.1).
 *
 * The compressors themselves belong to nobody (`zlib-engine.ts`). All that a connection keeps is, for
 * each direction with context takeover, the window: the last bytes of the messages that went through
 * it, as many as were negotiated, and memory for them only as they come.
 *
 * A compressed message is always smaller than the plain form, also with context takeover: what would
 * not be goes out plain, and since a window takes in what is sent compressed and nothing else, the
 * messages after it lose nothing. (A fragment must be compressed when the first one was.)
 */
import { constants } from "node:zlib";
import type { MessageCodec, SharedCodec } from "../../protocol/codec.ts";
import type { DeflateParameters } from "../../protocol/permessage-deflate.ts";
import type { DeflateChoice, Engine } from "./engine.ts";
import { History } from "./history.ts";
import { isLikelyRandom } from "./likely-random.ts";
import { referenceEngine, TAIL_AND_PROBE, TAIL_SIZE } from "./reference-engine.ts";
import type { DeflateSettings, Presets } from "./settings.ts";
import { zlibEngine } from "./zlib-engine.ts";

/** "an empty DEFLATE block with no compression" (section 7.2.1), without its tail: an empty message (section 7.2.3.6). */
const EMPTY_BLOCK = Uint8Array.of(0);
const NOTHING = new Uint8Array(0);
const NO_PRESETS: Presets = Object.freeze({});
/**
 * Of a window the compressor is given this much, or this many times the message's size: it indexes all
 * that it is given, for each message. At 15 bits a JSON message of 1 KB took 43 µs with all of the
 * window and 14 µs with its last 4 KiB, and became 4 % larger.
 */
const LOOK_BACK = { bytes: 4096, messages: 4 } as const;

/** The codec for one connection. */
export function createDeflateCodec(
  role: "client" | "server",
  parameters: DeflateParameters,
  settings: DeflateSettings,
  engine: Engine = zlibEngine ?? referenceEngine,
): MessageCodec {
  const server = historyFor(parameters.serverNoContextTakeover, parameters.serverMaxWindowBits);
  const client = historyFor(parameters.clientNoContextTakeover, parameters.clientMaxWindowBits);
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  const { presets } = settings;
  return role === "server"
    ? new DeflateCodec(sharedFor(engine, serverMaxWindowBits, settings), server, client, presets)
    : new DeflateCodec(sharedFor(engine, clientMaxWindowBits, settings), client, server, presets);
}

function historyFor(noContextTakeover: boolean, windowBits: number): History | undefined {
  return noContextTakeover ? undefined : new History(2 ** windowBits);
}

class DeflateCodec implements MessageCodec {
  readonly shared: SharedDeflater;
  readonly #sent: History | undefined;
  readonly #received: History | undefined;
  /** Each window begins with it, or each message that has none. */
  readonly #presets: Presets;

  constructor(
    shared: SharedDeflater,
    sent: History | undefined,
    received: History | undefined,
    presets: Presets = NO_PRESETS,
  ) {
    this.shared = shared;
    this.#sent = sent;
    this.#received = received;
    this.#presets = presets;
    if (presets.sent !== undefined) sent?.push(presets.sent);
    if (presets.received !== undefined) received?.push(presets.received);
  }

  get threshold(): number {
    return this.shared.threshold;
  }

  deflate(payload: Uint8Array, force = false): Uint8Array | undefined {
    const before = this.#sent === undefined ? this.#presets.sent : this.#lookBack(payload);
    const deflated = this.shared.deflate(payload, force, before);
    if (deflated !== undefined) this.#sent?.push(payload);
    return deflated;
  }

  deflateFragment(payload: Uint8Array, fin: boolean): Uint8Array {
    if (payload.length === 0) return fin ? EMPTY_BLOCK : NOTHING;
    // Without a window only a message's first fragment could use what was preset, and none does.
    const deflated = this.shared.deflateFully(payload, this.#lookBack(payload));
    this.#sent?.push(payload);
    return fin ? deflated : withTail(deflated);
  }

  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt" {
    // Of an empty message a zlib that has just flushed makes no byte at all, not even the block of
    // section 7.2.3.6: who sends that means nothing else.
    if (payload.length === 0) return NOTHING;
    const before = this.#received === undefined ? this.#presets.received : this.#received.last();
    const inflated = this.shared.engine.inflate(payload, before, limit);
    if (typeof inflated !== "string") this.#received?.push(inflated);
    return inflated;
  }

  #lookBack(payload: Uint8Array): Uint8Array | undefined {
    return this.#sent?.last(Math.max(LOOK_BACK.bytes, LOOK_BACK.messages * payload.length));
  }

  forgetSent(): void {
    this.#sent?.clear();
  }
}

/** Blocks that more will follow: the flush that ends a fragment stays (section 7.2.1). */
function withTail(deflated: Uint8Array): Uint8Array {
  const all = new Uint8Array(deflated.length + TAIL_SIZE);
  all.set(deflated);
  all.set(TAIL_AND_PROBE.subarray(0, TAIL_SIZE), deflated.length);
  return all;
}

/** What connections that agreed on the same have in common; holds nothing of any message. */
class SharedDeflater implements SharedCodec {
  readonly engine: Engine;
  readonly threshold: number;
  readonly #choice: DeflateChoice;

  constructor(engine: Engine, threshold: number, choice: DeflateChoice) {
    this.engine = engine;
    this.threshold = threshold;
    this.#choice = choice;
  }

  deflate(payload: Uint8Array, force = false, before?: Uint8Array): Uint8Array | undefined {
    // Nothing is smaller than nothing.
    if (payload.length === 0) return undefined;
    if (!force && (payload.length < this.threshold || isLikelyRandom(payload))) return undefined;
    return this.engine.deflate(payload, before, this.#choice, payload.length - 1);
  }

  /** However long it becomes. */
  deflateFully(payload: Uint8Array, before: Uint8Array | undefined): Uint8Array {
    const deflated = this.engine.deflate(payload, before, this.#choice, Number.POSITIVE_INFINITY);
    if (deflated === undefined) throw new Error("zlib could not compress a fragment.");
    return deflated;
  }
}

const shared = new Map<Engine, Map<string, SharedDeflater>>();

function sharedFor(engine: Engine, windowBits: number, settings: DeflateSettings): SharedDeflater {
  const { threshold, level, memoryLevel, strategy = constants.Z_DEFAULT_STRATEGY } = settings;
  const ofEngine = shared.get(engine) ?? new Map<string, SharedDeflater>();
  shared.set(engine, ofEngine);
  const key = `${windowBits} ${level} ${memoryLevel} ${strategy} ${threshold}`;
  const found = ofEngine.get(key);
  if (found !== undefined) return found;
  const choice = { windowBits, level, memoryLevel, strategy };
  const made = new SharedDeflater(engine, threshold, choice);
  ofEngine.set(key, made);
  return made;
}
