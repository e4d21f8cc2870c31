/**
 * What a handler is: one object of hooks, or of one conversation; a bare async function is short for
 * `{ conversation }`. Routes and handler files share these forms. The mistakes that types cannot
 * catch (a file's export, plain JavaScript) are caught by `compileHandler`, in a sentence.
 */
import type { CloseInfo } from "../connection/connection.ts";
import type { PerMessageDeflateOptions } from "../connection/deflate/options.ts";
import { isSubprotocol } from "../protocol/handshake.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

type Awaitable<T> = T | PromiseLike<T>;

/** Path parameters by name; a route's own pattern makes them known to the compiler. */
export type Params = Readonly<Record<string, string>>;

/** What the peer's Close says: 1005 and "" for an empty one (RFC 6455, section 7.1.5). */
export type PeerClose = Pick<CloseInfo, "code" | "reason">;

/** How `upgrade` accepts: everything is optional. */
export interface Acceptance<Data = unknown> {
  /** The subprotocol in use; one that the client offered. Without it, the first of `protocols` that was. */
  readonly protocol?: string;
  /** False: nothing is compressed on this connection, whatever the client offers. */
  readonly perMessageDeflate?: boolean;
  /** More headers for the 101 response. */
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  /** Becomes `socket.data`. */
  readonly data?: Data;
}

/** What `upgrade` may return; a `Response` refuses with it, `Response.error()` without any answer. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement accepts
export type UpgradeResult<Data> = Acceptance<Data> | Response | undefined | void;

interface Common<Data, P extends Params> {
  /** Subprotocols in order of preference: the first that the client offers is selected. None without it. */
  readonly protocols?: readonly string[];
  /** Origins allowed besides our own; "any" only for what holds no secrets. */
  readonly origins?: readonly string[] | "any";
  /** Bytes; default: the server's. */
  readonly maxMessageSize?: number;
  /** Compression (RFC 7692): false refuses it here, fields stand in for the server's. Default: the server's. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Decides about a request before the 101. Throwing or returning a `Response` refuses with it. */
  upgrade?(request: UpgradeRequest<P>): Awaitable<UpgradeResult<Data>>;
  open?(socket: ServerWebSocket<Data, P>): unknown;
  /** The outgoing queue is empty again after a `send` that returned false. */
  drain?(socket: ServerWebSocket<Data, P>): unknown;
  /** `count` queued messages were dropped by the server's `overflow` policy. */
  dropped?(socket: ServerWebSocket<Data, P>, count: number): unknown;
  /**
   * The peer's Close came. `socket.close()` in here chooses the answer; when this settles without it,
   * the answer is the peer's own code and reason. After `closeTimeout` the connection is dropped.
   */
  closing?(socket: ServerWebSocket<Data, P>, close: PeerClose): unknown;
  close?(socket: ServerWebSocket<Data, P>, info: CloseInfo): unknown;
}

/** A handler with hooks: the fast form. */
export interface HooksHandler<Data = undefined, P extends Params = Params> extends Common<Data, P> {
  /** A whole message: a string for text, a Uint8Array of its own for binary. */
  message?(socket: ServerWebSocket<Data, P>, data: string | Uint8Array): unknown;
  readonly conversation?: never;
}

/** A handler with one function per connection; when it returns, the socket closes with 1000. */
export interface ConversationHandler<Data = undefined, P extends Params = Params>
  extends Common<Data, P> {
  conversation(socket: ServerWebSocket<Data, P>): unknown;
  readonly message?: never;
}

export type Conversation<Data = undefined, P extends Params = Params> = (
  socket: ServerWebSocket<Data, P>,
) => unknown;

export type Handler<Data = undefined, P extends Params = Params> =
  | HooksHandler<Data, P>
  | ConversationHandler<Data, P>;

/**
 * Gives a handler its types: `data` as `upgrade` returns it. (Write `upgrade` before the hooks that
 * use it, so that the compiler has seen it.) Returns what it was given.
 */
export function defineHandler<Data = undefined, P extends Params = Params>(
  handler: HooksHandler<Data, P>,
): HooksHandler<Data, P>;
export function defineHandler<Data = undefined, P extends Params = Params>(
  handler: ConversationHandler<Data, P>,
): ConversationHandler<Data, P>;
export function defineHandler<Data = undefined, P extends Params = Params>(
  handler: Conversation<Data, P>,
): Conversation<Data, P>;
export function defineHandler(handler: unknown): unknown {
  return handler;
}

// A handler of any data: hooks get back the data that their own upgrade gave.
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, and the pairing is kept inside
export type AnyHandler = Handler<any, any>;

/** Handlers of any data, by path. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Routes = Readonly<Record<string, AnyHandler | Conversation<any, any>>>;

const HOOKS = [
  "upgrade",
  "open",
  "message",
  "drain",
  "dropped",
  "closing",
  "close",
  "conversation",
] as const;
const VALUES = ["protocols", "origins", "maxMessageSize", "perMessageDeflate"] as const;

/** Checks a handler and brings the short form into the long one. @throws {TypeError} that says what is wrong */
export function compileHandler(handler: unknown): AnyHandler {
  if (typeof handler === "function") return { conversation: requireCallable(handler) };
  if (typeof handler !== "object" || handler === null) {
    throw new TypeError(`a handler is an object or an async function, not ${describe(handler)}`);
  }
  const entries = handler as Readonly<Record<string, unknown>>;
  checkNames(entries);
  checkValues(entries);
  return entries as AnyHandler; // every name and type was checked
}

/** A class would only throw at its first connection. */
function requireCallable(handler: object): Conversation {
  if (/^class\b/.test(Function.prototype.toString.call(handler))) {
    throw new TypeError(
      "a handler is an object or an async function, not a class: give an instance",
    );
  }
  return handler as Conversation; // called with a socket, whatever it makes of it
}

function checkNames(handler: Readonly<Record<string, unknown>>): void {
  const known: readonly string[] = [...HOOKS, ...VALUES];
  for (const name of Object.keys(handler)) {
    if (!known.includes(name)) {
      throw new TypeError(`a handler has no "${name}"; it may have ${known.join(", ")}`);
    }
  }
  for (const name of HOOKS) {
    const hook = handler[name];
    if (hook !== undefined && typeof hook !== "function") {
      throw new TypeError(`the handler's "${name}" must be a function, not ${describe(hook)}`);
    }
  }
  if (handler.conversation !== undefined && handler.message !== undefined) {
    throw new TypeError('a handler has "message" or "conversation", not both');
  }
  if (!HOOKS.some((name) => handler[name] !== undefined)) {
    throw new TypeError(`a handler needs at least one of ${HOOKS.join(", ")}`);
  }
}

function checkValues(handler: Readonly<Record<string, unknown>>): void {
  const { protocols, maxMessageSize } = handler;
  if (protocols !== undefined) {
    const list: readonly unknown[] = Array.isArray(protocols) ? protocols : [protocols];
    const bad = list.find((name) => typeof name !== "string" || !isSubprotocol(name));
    if (!Array.isArray(protocols) || bad !== undefined) {
      throw new TypeError(`the handler's "protocols" must be a list of subprotocol names`);
    }
  }
  if (maxMessageSize !== undefined && !isSize(maxMessageSize)) {
    throw new TypeError(`the handler's "maxMessageSize" must be a number of bytes`);
  }
}

function isSize(value: unknown): boolean {
  return typeof value === "number" && value > 0 && !Number.isNaN(value);
}

/** A value's kind, for a message. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value);
  if (value === undefined || typeof value === "number" || typeof value === "boolean")
    return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
