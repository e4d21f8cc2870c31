/**
 * Compression by zlib's handles, used synchronously: one compressor for each choice of window, level
 * and memory, and one decompressor, for all connections of the thread. Between two messages a handle
 * is reset, which takes a microsecond; what came before a message is given as its dictionary, which
 * is a copy of a few kilobytes. So no connection holds memory of zlib.
 *
 * This is the one file that touches the inside of node:zlib: the class of a stream's handle, with
 * `init`, `reset` and `writeSync`. `init` may be called again, and then sets the dictionary that
 * `reset` takes. Arguments that a handle does not expect end the process, so how many there are is
 * looked up in the text of the class that calls it; then a message goes through both ways. Where
 * anything differs, there is no fast engine, and `codec.ts` takes the reference.
 */
import { constants, createDeflateRaw, DeflateRaw } from "node:zlib";
import { COPIED_PAYLOAD } from "../../protocol/writer.ts";
import { nodeRuntime } from "../node-runtime.ts";
import type { DeflateChoice, Engine } from "./engine.ts";
import { History } from "./history.ts";
import { LARGEST_WINDOW, MAX_FINAL_BLOCKS, TAIL_AND_PROBE, TAIL_SIZE } from "./reference-engine.ts";

interface Handle {
  onerror: () => void;
  init(...options: readonly unknown[]): void;
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputSize: number,
    output: Uint8Array,
    outputStart: number,
    outputSize: number,
  ): void;
}

type Options = readonly [windowBits: number, level: number, memoryLevel: number, strategy: number];
type HandleClass = new (mode: number) => Handle;

/** Bytes that zlib writes at a time. */
const CHUNK = 131_072;
const LARGEST_WINDOW_BITS = 15;
/** zlib's compressor knows no smaller window for raw data. It refers 250 bytes back at the most. */
const SMALLEST_WINDOW_BITS = 9;
/** Of no meaning to a decompressor, but checked. */
const ANY_LEVEL = 6;
const ANY_MEMORY_LEVEL = 8;

/** Never lent to its end, so that no result is alone in it. */
const output: Uint8Array<ArrayBuffer> = new Uint8Array(CHUNK);
/** Where every handle says how much room it left, and how much input. */
const left: Uint32Array = new Uint32Array(2);
let failed = false;

function noteFailure(): void {
  failed = true;
}

/** One handle, and what it was told last. */
class Coder {
  readonly #handle: Handle;
  readonly #options: Options;
  readonly #more: readonly unknown[];
  #hasDictionary = true;
  /** Bytes of input that the last `write` did not take. */
  inputLeft = 0;

  constructor(handle: Handle, options: Options, more: readonly unknown[]) {
    this.#handle = handle;
    this.#options = options;
    this.#more = more;
    handle.onerror = noteFailure;
  }

  begin(dictionary: Uint8Array | undefined): void {
    failed = false;
    if (dictionary !== undefined || this.#hasDictionary) {
      const [windowBits, level, memoryLevel, strategy] = this.#options;
      this.#handle.init(
        windowBits,
        level,
        memoryLevel,
        strategy,
        left,
        noteFailure,
        dictionary,
        ...this.#more,
      );
      this.#hasDictionary = dictionary !== undefined;
    }
    this.#handle.reset();
  }

  /** Writes up to `room` bytes to `output` from `start` on; returns how many. */
  write(input: Uint8Array, at: number, start: number, room: number): number {
    const size = input.length - at;
    this.#handle.writeSync(constants.Z_SYNC_FLUSH, input, at, size, output, start, room);
    this.inputLeft = left[1];
    return room - left[0];
  }
}

/** What was written, where it is more than `output` holds. */
class Pieces {
  readonly all: Uint8Array[] = [];
  length = 0;

  take(count: number): void {
    const piece = nodeRuntime.allocate(count);
    piece.set(output.subarray(0, count));
    this.all.push(piece);
    this.length += count;
  }

  /** The first `size` bytes, alone in their ArrayBuffer. */
  join(size: number): Uint8Array<ArrayBuffer> {
    const whole = nodeRuntime.allocate(size);
    let at = 0;
    for (const piece of this.all) {
      if (at >= size) break;
      whole.set(piece.subarray(0, size - at), at);
      at += piece.length;
    }
    return whole;
  }
}

function deflateBy(
  coder: Coder,
  payload: Uint8Array,
  before: Uint8Array | undefined,
  most: number,
): Uint8Array | undefined {
  // One byte more is too much, and not gone beyond.
  const limit = most + TAIL_SIZE + 1;
  const pieces = new Pieces();
  coder.begin(before);
  for (let at = 0; ; at = payload.length - coder.inputLeft) {
    const room = Math.min(CHUNK, limit - pieces.length);
    const count = coder.write(payload, at, 0, room);
    if (failed) return undefined;
    const size = pieces.length + count - TAIL_SIZE;
    if (count < room && pieces.length === 0 && size <= COPIED_PAYLOAD) {
      return output.subarray(0, size);
    }
    pieces.take(count);
    if (count < room) return pieces.join(size);
    if (pieces.length === limit) return undefined;
  }
}

/** One message on its way through the decompressor. */
class Inflation {
  readonly #coder: Coder;
  readonly #payload: Uint8Array;
  readonly #limit: number;
  /** Bytes of the payload that were taken. */
  #at = 0;
  /** Bytes in `output`, behind the pieces. */
  #count = 0;
  #pieces: Pieces | undefined;

  constructor(coder: Coder, payload: Uint8Array, limit: number) {
    this.#coder = coder;
    this.#payload = payload;
    this.#limit = limit;
  }

  run(before: Uint8Array | undefined): Uint8Array<ArrayBuffer> | "tooBig" | "corrupt" {
    this.#coder.begin(before);
    for (let blocks = 0; blocks <= MAX_FINAL_BLOCKS; blocks++) {
      if (!this.#inflateBlocks()) return "tooBig";
      if (failed) return "corrupt";
      if (this.#at === this.#payload.length) return this.#isWhole() ? this.#result() : "corrupt";
      // A final block ended the stream, and the message goes on (RFC 7692, section 7.2.3.4).
      this.#coder.begin(this.#window(before));
    }
    return "corrupt";
  }

  /** To the end of the payload, or of a final block, or until it fails; false when there is too much. */
  #inflateBlocks(): boolean {
    for (;;) {
      const room = Math.min(CHUNK, this.#limit + 1 - (this.#pieces?.length ?? 0));
      this.#count = this.#coder.write(this.#payload, this.#at, 0, room);
      if (failed) return true;
      this.#at = this.#payload.length - this.#coder.inputLeft;
      if (this.#count < room) return true;
      if (this.#takePiece().length > this.#limit) return false;
    }
  }

  /** Whether the payload ended where an empty block without its last four octets does. */
  #isWhole(): boolean {
    // There is no output at that point, so room for one byte tells.
    if (this.#coder.write(TAIL_AND_PROBE, 0, this.#count, 1) > 0 || failed) return false;
    // The probe was the end of the stream, or a final block was the end of the message.
    const { inputLeft } = this.#coder;
    return inputLeft === 1 || inputLeft === TAIL_AND_PROBE.length;
  }

  #takePiece(): Pieces {
    this.#pieces ??= new Pieces();
    this.#pieces.take(this.#count);
    this.#count = 0;
    return this.#pieces;
  }

  #window(before: Uint8Array | undefined): Uint8Array | undefined {
    const history = new History(LARGEST_WINDOW);
    if (before !== undefined) history.push(before);
    for (const piece of this.#takePiece().all) history.push(piece);
    return history.last();
  }

  #result(): Uint8Array<ArrayBuffer> {
    if (this.#pieces === undefined) return output.subarray(0, this.#count);
    const pieces = this.#takePiece();
    return pieces.join(pieces.length);
  }
}

function makeEngine(Handle: HandleClass, more: readonly unknown[]): Engine {
  const deflaters = new Map<number, Coder>();
  const inflater = new Coder(
    new Handle(constants.INFLATERAW),
    [LARGEST_WINDOW_BITS, ANY_LEVEL, ANY_MEMORY_LEVEL, constants.Z_DEFAULT_STRATEGY],
    more,
  );
  const deflaterFor = ({ windowBits, level, memoryLevel, strategy }: DeflateChoice): Coder => {
    const bits = Math.max(SMALLEST_WINDOW_BITS, windowBits);
    // Levels begin at -1, and none of the four reaches 16.
    const key = ((bits * 16 + level + 1) * 16 + memoryLevel) * 16 + strategy;
    let coder = deflaters.get(key);
    if (coder === undefined) {
      // What is out of range ends the process in a handle; a stream says what is wrong.
      createDeflateRaw({ windowBits: bits, level, memLevel: memoryLevel, strategy }).close();
      const handle = new Handle(constants.DEFLATERAW);
      coder = new Coder(handle, [bits, level, memoryLevel, strategy], more);
      deflaters.set(key, coder);
    }
    return coder;
  };
  return {
    deflate: (payload, before, choice, most) =>
      deflateBy(deflaterFor(choice), payload, before, most),
    inflate: (payload, before, limit) => new Inflation(inflater, payload, limit).run(before),
  };
}

/** What `init` is given behind the dictionary, or undefined where it is called in a way not known. */
function findMoreOptions(): readonly unknown[] | undefined {
  const caller: unknown = Object.getPrototypeOf(DeflateRaw);
  if (typeof caller !== "function") return undefined;
  const call = /\.init\(([^;]*)\);/.exec(Function.prototype.toString.call(caller))?.[1];
  const options = call?.replace(/\s+|this\./g, "").replace(/,$/, "");
  const known = "windowBits,level,memLevel,strategy,_writeState,processCallback,dictionary";
  if (options === known) return [];
  return options === `${known},opts?.rejectGarbageAfterEnd===true` ? [false] : undefined;
}

function findHandleClass(): HandleClass | undefined {
  const stream = createDeflateRaw();
  const { _handle: handle } = stream as unknown as { readonly _handle?: Partial<Handle> };
  stream.close();
  const methods = [handle?.init, handle?.reset, handle?.writeSync];
  if (!methods.every((method) => typeof method === "function")) return undefined;
  return handle?.constructor as HandleClass; // the class of an object that has what is asked of it
}

/** Whether a message comes back as it was, after another one, and after none. */
function works(engine: Engine): boolean {
  const strategy = constants.Z_DEFAULT_STRATEGY;
  const choice = { windowBits: LARGEST_WINDOW_BITS, level: 1, memoryLevel: 8, strategy };
  const message = new Uint8Array(300).fill(0x61);
  return [message, undefined, message].every((before) => {
    const deflated = engine.deflate(message, before, choice, message.length)?.slice();
    if (deflated === undefined) return false;
    const inflated = engine.inflate(deflated, before, message.length);
    return typeof inflated !== "string" && Buffer.compare(inflated, message) === 0;
  });
}

function findEngine(): Engine | undefined {
  const more = findMoreOptions();
  const Handle = more === undefined ? undefined : findHandleClass();
  if (more === undefined || Handle === undefined) return undefined;
  const engine = makeEngine(Handle, more);
  return works(engine) ? engine : undefined;
}

/** Undefined where node:zlib is not as it is known here. */
export const zlibEngine: Engine | undefined = findEngine();
