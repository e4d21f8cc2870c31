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
import type { MessageCodec } from "../../protocol/codec.ts";
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

/**
 * A message compressed by itself, for every connection whose window has at least `windowBits`; on
 * each that it is sent to, `forgetSent` must be called. Undefined when it goes out plain.
 */
export function deflateShared(
  payload: Uint8Array,
  windowBits: number,
  settings: DeflateSettings,
  engine: Engine = referenceEngine,
): Uint8Array | undefined {
  if (payload.length < settings.threshold) return undefined;
  const deflater = poolOf(engine).deflater(windowBits, settings);
  deflater.reset();
  return deflater.deflate(payload, payload.length - 1);
}

interface Direction {
  readonly bits: number;
  /** Each message by itself: no context takeover. */
  readonly alone: boolean;
}

class DeflateCodec implements MessageCodec {
  readonly threshold: number;
  readonly #engine: Engine;
  readonly #ours: Direction;
  readonly #theirs: Direction;
  readonly #settings: DeflateSettings;
  #deflater: Deflater | undefined;
  #inflater: Inflater | undefined;

  constructor(engine: Engine, ours: Direction, theirs: Direction, settings: DeflateSettings) {
    this.threshold = settings.threshold;
    this.#engine = engine;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#settings = settings;
  }

  deflate(payload: Uint8Array): Uint8Array | undefined {
    const { bits, alone } = this.#ours;
    if (alone) return deflateShared(payload, bits, this.#settings, this.#engine);
    // Nothing is smaller than nothing.
    if (payload.length < this.threshold || payload.length === 0) return undefined;
    const { level, memoryLevel } = this.#settings;
    this.#deflater ??= this.#engine.openDeflater(bits, level, memoryLevel);
    return this.#deflater.deflate(payload, Number.POSITIVE_INFINITY);
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
    this.#deflater?.reset();
  }

  close(): void {
    this.#deflater?.close();
    this.#inflater?.close();
    this.#deflater = this.#inflater = undefined;
  }
}

/** What the connections without context takeover share; held for the life of the process. */
class Pool {
  readonly #engine: Engine;
  readonly #deflaters = new Map<number, Deflater>();
  #inflater: Inflater | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  deflater(windowBits: number, { level, memoryLevel }: DeflateSettings): Deflater {
    const key = (windowBits * 16 + level) * 16 + memoryLevel;
    const found = this.#deflaters.get(key);
    if (found !== undefined) return found;
    const made = this.#engine.openDeflater(windowBits, level, memoryLevel);
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
