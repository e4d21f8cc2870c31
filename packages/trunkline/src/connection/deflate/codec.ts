/**
 * The codec of one connection, out of what was negotiated (RFC 7692, section 7.1).
 *
 * Without context takeover a direction keeps nothing: all connections share one compressor for each
 * choice of window, level and memory, and one decompressor. With takeover it has its own, made when
 * the first compressed message goes that way.
 *
 * What is not smaller than the message goes out plain, but for one case: with context takeover the
 * compressor has taken the message into its window, and so must the peer. Sending it compressed costs
 * five bytes in 16 KiB; sending it plain would cost the window, and with it what the messages after
 * it would have saved.
 */
import type { MessageCodec, SharedCodec } from "../../protocol/codec.ts";
import { type DeflateParameters, MAX_WINDOW_BITS } from "../../protocol/permessage-deflate.ts";
import type { Deflater, Engine, Inflater } from "./engine.ts";
import { referenceEngine } from "./reference-engine.ts";
import type { DeflateSettings } from "./settings.ts";

/** The codec for one connection. The other end's compressor decides about what we inflate. */
export function createDeflateCodec(
  role: "client" | "server",
  parameters: DeflateParameters,
  settings: DeflateSettings,
  engine: Engine = referenceEngine,
): MessageCodec {
  const server = {
    bits: parameters.serverMaxWindowBits,
    alone: parameters.serverNoContextTakeover,
  };
  const client = {
    bits: parameters.clientMaxWindowBits,
    alone: parameters.clientNoContextTakeover,
  };
  const [ours, theirs] = role === "server" ? [server, client] : [client, server];
  return new DeflateCodec(engine, ours, theirs, settings);
}

/** "An empty DEFLATE block with no compression", without its tail: how a message ends (section 7.2.3.6). */
const EMPTY_BLOCK = Uint8Array.of(0);
/** The octets that only a message's end goes without (section 7.2.1). */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const NOTHING = new Uint8Array(0);
/** For what must be compressed: no size is too much. */
const ANY = Number.POSITIVE_INFINITY;

interface Direction {
  readonly bits: number;
  /** Each message by itself: no context takeover. */
  readonly alone: boolean;
}

class DeflateCodec implements MessageCodec {
  readonly threshold: number;
  readonly shared: SharedDeflater;
  readonly #engine: Engine;
  readonly #ours: Direction;
  readonly #theirs: Direction;
  readonly #settings: DeflateSettings;
  #deflater: Deflater | undefined;
  #inflater: Inflater | undefined;
  /** Something went out that our compressor has not seen. */
  #stale = false;

  constructor(engine: Engine, ours: Direction, theirs: Direction, settings: DeflateSettings) {
    this.threshold = settings.threshold;
    this.shared = poolOf(engine).shared(ours.bits, settings);
    this.#engine = engine;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#settings = settings;
  }

  deflate(payload: Uint8Array, force = false): Uint8Array | undefined {
    if (this.#ours.alone) return this.shared.deflate(payload, force);
    // Nothing is smaller than nothing.
    if (payload.length === 0 || (!force && payload.length < this.threshold)) return undefined;
    return this.#own().deflate(payload, ANY);
  }

  deflateFragment(payload: Uint8Array, fin: boolean): Uint8Array {
    if (payload.length === 0) return fin ? EMPTY_BLOCK : NOTHING;
    const { alone } = this.#ours;
    const bytes = alone ? this.shared.deflateUpTo(payload, ANY) : this.#own().deflate(payload, ANY);
    const deflated = bytes as Uint8Array; // nothing is longer than ANY
    return fin ? deflated : withTail(deflated);
  }

  #own(): Deflater {
    const { level, memoryLevel } = this.#settings;
    this.#deflater ??= this.#engine.openDeflater(this.#ours.bits, level, memoryLevel);
    if (this.#stale) this.#deflater.reset();
    this.#stale = false;
    return this.#deflater;
  }

  inflate(payload: Uint8Array, limit: number): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt" {
    if (!this.#theirs.alone) {
      this.#inflater ??= this.#engine.openInflater(this.#theirs.bits);
      return this.#inflater.inflate(payload, limit);
    }
    const inflater = poolOf(this.#engine).inflater();
    inflater.reset();
    return inflater.inflate(payload, limit);
  }

  forgetSent(): void {
    this.#stale = true;
  }

  close(): void {
    this.#deflater?.close();
    this.#inflater?.close();
    this.#deflater = this.#inflater = undefined;
  }
}

/** Blocks that more will follow: the flush that ends a fragment stays (section 7.2.1). */
function withTail(deflated: Uint8Array): Uint8Array {
  const all = new Uint8Array(deflated.length + TAIL.length);
  all.set(deflated);
  all.set(TAIL, deflated.length);
  return all;
}

/** A compressor that begins anew with each message. */
class SharedDeflater implements SharedCodec {
  readonly #engine: Engine;
  readonly #bits: number;
  readonly #settings: DeflateSettings;
  #deflater: Deflater | undefined;

  constructor(engine: Engine, bits: number, settings: DeflateSettings) {
    this.#engine = engine;
    this.#bits = bits;
    this.#settings = settings;
  }

  deflate(payload: Uint8Array, force = false): Uint8Array | undefined {
    if (!force && payload.length < this.#settings.threshold) return undefined;
    return this.deflateUpTo(payload, payload.length - 1);
  }

  deflateUpTo(payload: Uint8Array, most: number): Uint8Array | undefined {
    const { level, memoryLevel } = this.#settings;
    this.#deflater ??= this.#engine.openDeflater(this.#bits, level, memoryLevel);
    this.#deflater.reset();
    return this.#deflater.deflate(payload, most);
  }
}

/** What the connections without context takeover share; held for the life of the process. */
class Pool {
  readonly #engine: Engine;
  readonly #deflaters = new Map<string, SharedDeflater>();
  #inflater: Inflater | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  shared(bits: number, settings: DeflateSettings): SharedDeflater {
    const key = `${bits} ${settings.level} ${settings.memoryLevel} ${settings.threshold}`;
    const found = this.#deflaters.get(key);
    if (found !== undefined) return found;
    const made = new SharedDeflater(this.#engine, bits, settings);
    this.#deflaters.set(key, made);
    return made;
  }

  /** The largest window inflates what was compressed for any. */
  inflater(): Inflater {
    this.#inflater ??= this.#engine.openInflater(MAX_WINDOW_BITS);
    return this.#inflater;
  }
}

const pools = new Map<Engine, Pool>();

function poolOf(engine: Engine): Pool {
  const found = pools.get(engine);
  if (found !== undefined) return found;
  const made = new Pool(engine);
  pools.set(engine, made);
  return made;
}
