/**
 * The core's `Runtime` on Node (and what is compatible with it).
 *
 * Buffer's own slice and write methods are called on plain arrays, because making a Buffer for each
 * message costs more than reading it. They are not documented as such; where one is missing, the
 * documented call behind it does the same. The bounds below are where one way becomes cheaper than
 * the other, measured on Node 20 (bench/RESULTS.md).
 */
import { isAscii, isUtf8 } from "node:buffer";
import * as crypto from "node:crypto";
import { maskBytes } from "../protocol/mask.ts";
import type { Runtime } from "../protocol/runtime.ts";
import { maskShared, maskThroughScratch, readBlock } from "./shared-memory.ts";

type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, text: string, offset: number) => number;

interface BufferMethods {
  readonly latin1Slice?: Slice;
  readonly utf8Slice?: Slice;
  readonly utf8Write?: Write;
  readonly latin1Write?: Write;
}

// The three are there on every Node so far, but not in its types.
const methods = Buffer.prototype as unknown as BufferMethods;
const latin1Slice: Slice = methods.latin1Slice ?? sliceAs("latin1");
const utf8Slice: Slice = methods.utf8Slice ?? sliceAs("utf8");
const utf8Write: Write = methods.utf8Write ?? writeAs("utf8");
const latin1Write: Write = methods.latin1Write ?? writeAs("latin1");

function sliceAs(encoding: BufferEncoding): Slice {
  return function (this: Uint8Array, start, end) {
    return asBuffer(this).toString(encoding, start, end);
  };
}

function writeAs(encoding: BufferEncoding): Write {
  return function (this: Uint8Array, text, offset) {
    return asBuffer(this).write(text, offset, encoding);
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Up to here a look at each byte is cheaper than a call into the runtime. Bytes. */
const SHORT = 128;
/** Up to here a zeroed array is cheaper than an uninitialised one. Bytes. */
const SMALL = 1024;
/** From here on a message's memory is a matter of the heap's top, see `keepFreedMemory`. Bytes. */
const LONG = 65_536;
/** As long as a default server lets a message be. Bytes. */
const LONGEST = 16_777_216;
/** What is kept for the next that borrows, at the most. Bytes. */
const LARGEST_SPARE = 1_048_576;
/** From here on masking by WebAssembly pays for copying in and out. Bytes. */
const WORTH_COPYING = 256;
/** Up to here JavaScript writes a text faster than a call into the runtime does. UTF-16 units. */
const SHORT_TEXT = 24;

/** In one call where the machine has it, which every Node that is supported does. The text is ASCII. */
const sha1Base64: (text: string) => string =
  typeof crypto.hash === "function"
    ? (text) => crypto.hash("sha1", text, "base64")
    : (text) => crypto.createHash("sha1").update(text, "latin1").digest("base64");

export const nodeRuntime: Runtime = {
  sha1Base64,
  fillRandom: (bytes) => {
    crypto.randomFillSync(bytes);
  },
  isUtf8: (bytes, start, end) => isUtf8(bytes.subarray(start, end)),
  decodeUtf8(bytes, start, end, ascii = false) {
    if (ascii) return latin1Slice.call(bytes, start, end);
    if (end - start <= SHORT && isShortAscii(bytes, start, end)) {
      return latin1Slice.call(bytes, start, end);
    }
    return decodeLong(bytes, start, end);
  },
  unmaskText(bytes, start, end, key) {
    if (bytes !== readBlock || maskShared === undefined) {
      nodeRuntime.mask(bytes, start, end, key);
      return nodeRuntime.decodeUtf8(bytes, start, end);
    }
    if (maskShared(start, end, key) === 0) return latin1Slice.call(bytes, start, end);
    return decodeLong(bytes, start, end);
  },
  unmaskCopy(bytes, start, end, key) {
    nodeRuntime.mask(bytes, start, end, key);
    const copy = nodeRuntime.allocate(end - start);
    copy.set(bytes.subarray(start, end));
    return copy;
  },
  utf8Length: (text) => Buffer.byteLength(text, "utf8"),
  writeUtf8(text, into, offset, size) {
    // As many bytes as UTF-16 units is ASCII, and copying is up to three times as fast as encoding.
    if (size === text.length) return latin1Write.call(into, text, offset);
    if (text.length > SHORT_TEXT) return utf8Write.call(into, text, offset);
    let at = offset;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return utf8Write.call(into, text, offset);
      into[at++] = unit;
    }
    return text.length;
  },
  mask(bytes, start, end, key) {
    if (key === 0) return false;
    if (bytes === readBlock && maskShared !== undefined) return maskShared(start, end, key) === 0;
    if (end - start < WORTH_COPYING || !maskThroughScratch(bytes, start, end, key)) {
      maskBytes(bytes, start, end, key);
    }
    return false;
  },
  allocate(size) {
    if (size <= SMALL) return new Uint8Array(size);
    if (size >= LONG && !keepsFreedMemory) keepFreedMemory();
    return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer as ArrayBuffer); // never shared
  },
  borrow(size) {
    if (spare === undefined || spare.length < size) return nodeRuntime.allocate(size);
    const bytes = spare;
    spare = undefined;
    return bytes;
  },
  giveBack(bytes) {
    if (bytes.length <= LARGEST_SPARE && bytes.length > (spare?.length ?? SMALL)) spare = bytes;
  },
};

/** Where one message after the other is put together: new memory for each costs more than filling it. */
let spare: Uint8Array<ArrayBuffer> | undefined;

let keepsFreedMemory = false;

/**
 * The collector frees dead messages by 32 MiB and more at a time. glibc gives such a run at the top of
 * its heap back to the system, to take it again page by page for the messages that follow, until the
 * program has freed a block that was mapped by itself: from then on it keeps twice as much
 * (`M_TRIM_THRESHOLD` in mallopt(3)). The first message of the greatest length would teach it; this is
 * that block without the message. Nobody writes to it, so it takes addresses and no memory.
 */
function keepFreedMemory(): void {
  keepsFreedMemory = true;
  Buffer.allocUnsafeSlow(LONGEST);
}

/** Beyond a few bytes ASCII is decoded several times faster when it is known to be. */
function decodeLong(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = bytes.subarray(start, end);
  if (isAscii(text)) return latin1Slice.call(bytes, start, end);
  return isUtf8(text) ? utf8Slice.call(bytes, start, end) : undefined;
}

/** Whether a few bytes are ASCII. */
export function isShortAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let bits = 0;
  let at = start;
  // Four at a time: half of the work of one at a time is counting.
  for (; at + 4 <= end; at += 4) {
    bits |= bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3];
  }
  for (; at < end; at++) bits |= bytes[at];
  return bits < 0x80;
}
