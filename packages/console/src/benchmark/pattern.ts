// The messages of the benchmark: the letters from a to z again and again, in each kind, and the check
// that a message is that. Pure: no DOM.
import type { MessageKind } from "./plan.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

export type Message = string | ArrayBuffer | Blob;

function makeText(size: number): string {
  return letters.repeat(Math.ceil(size / letters.length)).slice(0, size);
}

export function makeMessage(kind: MessageKind, size: number): Message {
  const text = makeText(size);
  if (kind === "string") return text;
  if (kind === "blob") return new Blob([text]);
  const { buffer } = new TextEncoder().encode(text);
  return buffer;
}

/** Checks messages of one size and kind. */
export class Verifier {
  readonly #text: string;
  readonly #bytes: Uint8Array;
  readonly #kind: MessageKind;

  constructor(kind: MessageKind, size: number) {
    this.#kind = kind;
    this.#text = makeText(size);
    this.#bytes = kind === "string" ? new Uint8Array() : new TextEncoder().encode(this.#text);
  }

  async isRight(message: Message): Promise<boolean> {
    if (typeof message === "string") return this.#kind === "string" && message === this.#text;
    const buffer = message instanceof ArrayBuffer ? message : await message.arrayBuffer();
    return this.#kind !== "string" && isEqual(new Uint8Array(buffer), this.#bytes);
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) {
    if (one[at] !== other[at]) return false;
  }
  return true;
}
