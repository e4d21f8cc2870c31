/**
 * `WebSocketError` and `WebSocketCloseInfo`, as the WHATWG's draft of WebSocketStream has them
 * (https://github.com/whatwg/websockets/pull/48).
 *
 * A program can make one only with a code and a reason that it may send; the errors of a connection
 * that failed carry what came, 1006 among it, and for programs a `cause`.
 */
import { completeInterface, toUsvString } from "./idl.ts";
import { checkClose, clampUnsignedShort } from "./payload.ts";

/** How to close, or how it was closed: a code and a reason of the Close frame. */
export interface WebSocketCloseInfo {
  /** 1000, or 3000 to 4999. */
  readonly closeCode?: number;
  /** At most 123 bytes of UTF-8. */
  readonly reason?: string;
}

/** What came from the network, where no rule of a program's own Close holds; `cause` says why it failed. */
export interface ReceivedClose {
  readonly closeCode: number | null;
  readonly reason: string;
  /** A DialError, or what went wrong on the open connection. */
  readonly cause: unknown;
}

/** Known here alone, so that no program can leave the checks out. */
class Unchecked implements ReceivedClose {
  readonly closeCode: number | null;
  readonly reason: string;
  readonly cause: unknown;

  constructor({ closeCode, reason, cause }: ReceivedClose) {
    this.closeCode = closeCode;
    this.reason = reason;
    this.cause = cause;
  }
}

/** Why a WebSocketStream failed, or the code and reason to close one with. */
export class WebSocketError extends DOMException {
  readonly #closeCode: number | null;
  readonly #reason: string;

  /**
   * @throws {DOMException} InvalidAccessError for a code that a program may not send, SyntaxError for
   * a reason of more than 123 bytes
   */
  constructor(message = "", init: WebSocketCloseInfo | null = {}) {
    const cause = init instanceof Unchecked ? init.cause : undefined;
    // 1. and 2. "Set this's name to "WebSocketError". Set this's message to message."
    super(`${message}`, { name: "WebSocketError", ...(cause !== undefined && { cause }) });
    // 3. to 6.
    const { closeCode, reason } = init instanceof Unchecked ? init : readCloseInfo(init);
    // 7. and 8. "Set this's closeCode to code. Set this's reason to reason."
    this.#closeCode = closeCode ?? null;
    this.#reason = reason;
  }

  /** The code of the Close, or null. */
  get closeCode(): number | null {
    return this.#closeCode;
  }

  /** The reason of the Close, or "". */
  get reason(): string {
    return this.#reason;
  }
}
completeInterface(WebSocketError.prototype, "WebSocketError");
// WebIDL: optional arguments are not counted.
Object.defineProperty(WebSocketError, "length", { value: 0 });

/** An error with a code and a reason that came from the network. */
export function connectionError(message: string, received: ReceivedClose): WebSocketError {
  // The public type of the argument has no null, and nobody outside has this class.
  return new WebSocketError(message, new Unchecked(received) as WebSocketCloseInfo);
}

/** A WebSocketCloseInfo as WebIDL converts it, validated, with the code that a reason needs. */
export function readCloseInfo(info: unknown): {
  readonly closeCode: number | undefined;
  readonly reason: string;
} {
  const given = toDictionary(info);
  const closeCode = toCloseCode(given.closeCode);
  const reason = toReason(given.reason);
  // "Validate close code and reason with code and reason."
  checkClose(closeCode, reason);
  // "If reason is non-empty, but code is not set, then set code to 1000".
  return { closeCode: closeCode ?? (reason === "" ? undefined : 1000), reason };
}

function toDictionary(info: unknown): { readonly closeCode?: unknown; readonly reason?: unknown } {
  if (info === undefined || info === null) return {};
  if (typeof info === "object" || typeof info === "function") return info;
  throw new TypeError(
    `A close code and a reason go into an object, { closeCode, reason }, not ${String(info)}`,
  );
}

function toCloseCode(value: unknown): number | undefined {
  return value === undefined ? undefined : clampUnsignedShort(value);
}

function toReason(value: unknown): string {
  return value === undefined ? "" : toUsvString(value);
}
