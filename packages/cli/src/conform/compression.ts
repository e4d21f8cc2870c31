/**
 * permessage-deflate as the suite plays it (RFC 7692), over Node's zlib: stateless calls, with the
 * window of earlier messages handed in as a dictionary, so that a reader sees what each message may
 * lean on. What comes is inflated with the negotiated window and no more.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** What was agreed on, as RFC 7692, section 7.1, names it. */
export interface Terms {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const FLUSH = constants.Z_SYNC_FLUSH;

/** One direction's: how far back it may point, and into what. */
class Window {
  readonly bits: number;
  readonly #keeps: boolean;
  #history: Buffer = Buffer.alloc(0);

  constructor(bits: number, noTakeover: boolean) {
    this.bits = bits;
    this.#keeps = !noTakeover;
  }

  get options(): { readonly dictionary?: Buffer } {
    return this.#history.length === 0 ? {} : { dictionary: this.#history };
  }

  /** How far a message may point into those before it. Bytes. */
  get reach(): number {
    return this.#keeps ? 2 ** this.bits : 0;
  }

  remember(message: Buffer): void {
    if (!this.#keeps) return;
    const size = 2 ** this.bits;
    const all = message.length >= size ? message : Buffer.concat([this.#history, message]);
    this.#history = all.subarray(Math.max(0, all.length - size));
  }
}

export class Compression {
  readonly #incoming: Window;
  readonly #outgoing: Window;

  /** `from`: whose messages come in. */
  constructor(terms: Terms, from: "client" | "server") {
    const server = new Window(terms.serverMaxWindowBits, terms.serverNoContextTakeover);
    const client = new Window(terms.clientMaxWindowBits, terms.clientNoContextTakeover);
    [this.#incoming, this.#outgoing] = from === "server" ? [server, client] : [client, server];
  }

  /** How far our messages may point into those before them. Bytes. */
  get reach(): number {
    return this.#outgoing.reach;
  }

  /** Undefined when the bytes are corrupt, or point further back than they may. */
  inflate(bytes: Uint8Array): Buffer | undefined {
    const message = inflateWithin(bytes, this.#incoming.bits, this.#incoming.options);
    if (message !== undefined) this.#incoming.remember(message);
    return message;
  }

  deflate(message: Buffer): Buffer {
    const { bits, options } = this.#outgoing;
    const bytes = deflateWithin(message, bits, options);
    this.#outgoing.remember(message);
    return bytes;
  }
}

/** RFC 7692, section 7.2.2: append the four bytes, then inflate. */
export function inflateWithin(
  bytes: Uint8Array,
  windowBits: number,
  options: { readonly dictionary?: Buffer } = {},
): Buffer | undefined {
  // zlib lets a distance reach over what it wrote in the same call; small steps keep that small.
  const chunkSize = windowBits < 15 ? constants.Z_MIN_CHUNK : constants.Z_DEFAULT_CHUNK;
  try {
    return inflateRawSync(Buffer.concat([bytes, TAIL]), {
      windowBits,
      chunkSize,
      finishFlush: FLUSH,
      ...options,
    });
  } catch {
    return undefined;
  }
}

/** RFC 7692, section 7.2.1: deflate, flush, and leave out the four bytes at the end. */
export function deflateWithin(
  message: Uint8Array,
  windowBits = 15,
  options: { readonly dictionary?: Buffer; readonly level?: number } = {},
): Buffer {
  // "an empty DEFLATE block with no compression" (7.2.3.6) is one byte without its tail.
  if (message.length === 0) return Buffer.from([0x00]);
  // zlib's smallest window for raw data is 9 bits, in which it points back 250 bytes at most: within 8.
  const bytes = deflateRawSync(message, {
    windowBits: Math.max(9, windowBits),
    finishFlush: FLUSH,
    ...options,
  });
  return bytes.subarray(0, bytes.length - TAIL.length);
}
