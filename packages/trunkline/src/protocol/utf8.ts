/**
 * UTF-8, checked as it arrives (RFC 6455, section 8.1; RFC 3629).
 *
 * `push` says false at the first byte that cannot be part of well-formed text, however the text was
 * cut. Whole sequences go to the runtime's check, which is native; only the sequence cut at the end
 * of a piece (three bytes at the most) is stepped through here.
 */
import type { Runtime } from "./runtime.ts";

export class Utf8Checker {
  readonly #runtime: Runtime;
  /** Continuation bytes still owed by the sequence that the last piece cut. */
  #owed = 0;
  /** Bounds of the next continuation byte: RFC 3629's table narrows the second byte only. */
  #low = 0x80;
  #high = 0xbf;
  #ascii = true;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Whether the text may end here. */
  get complete(): boolean {
    return this.#owed === 0;
  }

  /** Whether every piece so far was known to be ASCII. */
  get ascii(): boolean {
    return this.#ascii;
  }

  /** Takes a piece that is known to be ASCII; false when it comes within a sequence. */
  pushAscii(): boolean {
    return this.#owed === 0;
  }

  /** Takes the next piece; false when the text is broken. */
  push(bytes: Uint8Array, start: number, end: number): boolean {
    this.#ascii = false;
    let at = start;
    while (this.#owed > 0 && at < end) if (!this.#continue(bytes[at++])) return false;
    if (at === end) return true;
    const cut = startOfCutSequence(bytes, at, end);
    if (!this.#runtime.isUtf8(bytes, at, cut)) return false;
    if (cut === end) return true;
    if (!this.#lead(bytes[cut])) return false;
    for (let i = cut + 1; i < end; i++) if (!this.#continue(bytes[i])) return false;
    return true;
  }

  #lead(byte: number): boolean {
    this.#low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    this.#owed = sequenceLength(byte) - 1;
    return this.#owed > 0;
  }

  #continue(byte: number): boolean {
    if (byte < this.#low || byte > this.#high) return false;
    this.#low = 0x80;
    this.#high = 0xbf;
    this.#owed--;
    return true;
  }
}

/** Length of the sequence that `lead` begins, 1 for ASCII, 0 for a byte that begins none. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Where the sequence begins that the end of the piece cuts off, or `end` when none is cut. */
function startOfCutSequence(bytes: Uint8Array, start: number, end: number): number {
  const first = Math.max(start, end - 3);
  for (let at = end - 1; at >= first; at--) {
    const byte = bytes[at];
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return end - at < sequenceLength(byte) ? at : end;
  }
  return end;
}
