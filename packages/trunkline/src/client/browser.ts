/**
 * `trunkline/client` in a browser: the native classes under the same names, and nothing of Node.
 *
 * The bag of options does not exist here, as a page may set none of what it has: pass protocols.
 * The functions beside the class do what a page can do, so that shared code runs unchanged.
 */
import type { CloseEventConstructor } from "./events.ts";
import type { WritableMessage } from "./message-sink.ts";
import type { WebSocketCloseInfo } from "./websocket-error.ts";

export type { PerMessageDeflateOptions } from "../connection/deflate/options.ts";
export { DialError, type DialErrorCode } from "./dial-error.ts";
export type { CloseEventConstructor, CloseEventInit, WebSocketErrorEvent } from "./events.ts";
export type { HeadersInput, Protocols, WebSocketOptions } from "./options.ts";
export type {
  BinaryType,
  ListenerOptions,
  ReadyState,
  WebSocketData,
  WebSocketEventMap,
  WebSocketHandler,
} from "./websocket.ts";
export type { WebSocketCloseInfo } from "./websocket-error.ts";

export const WebSocket: typeof globalThis.WebSocket = globalThis.WebSocket;
export type WebSocket = InstanceType<typeof globalThis.WebSocket>;

export const CloseEvent: CloseEventConstructor =
  // Every browser has it; Node 20's types do not.
  (globalThis as unknown as { readonly CloseEvent: CloseEventConstructor }).CloseEvent;
export type CloseEvent = InstanceType<CloseEventConstructor>;

/** What a page may set. */
export interface WebSocketStreamOptions {
  readonly protocols?: readonly string[] | ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

export interface WebSocketOpenInfo {
  readonly extensions: string;
  readonly protocol: string;
  /** A string for text; for binary a Uint8Array by the draft, an ArrayBuffer in Chromium. */
  readonly readable: ReadableStream<string | Uint8Array | ArrayBuffer>;
  readonly writable: WritableStream<WritableMessage>;
}

export interface WebSocketStream {
  readonly url: string;
  readonly opened: Promise<WebSocketOpenInfo>;
  readonly closed: Promise<Required<WebSocketCloseInfo>>;
  close(closeInfo?: WebSocketCloseInfo | null): void;
}

export interface WebSocketError extends DOMException {
  readonly closeCode: number | null;
  readonly reason: string;
}

interface Missing {
  readonly WebSocketStream?: {
    readonly prototype: WebSocketStream;
    new (url: string | URL, options?: WebSocketStreamOptions | null): WebSocketStream;
  };
  readonly WebSocketError?: {
    readonly prototype: WebSocketError;
    new (message?: string, init?: WebSocketCloseInfo | null): WebSocketError;
  };
}

/**
 * Stands where a browser lacks a class. A WebSocket under a stream's methods could not hold the
 * server back, so there is no substitute: making one throws, and `instanceof` is false.
 */
function missing(name: string): new () => never {
  return class {
    constructor() {
      throw new DOMException(
        `This browser has no ${name}: use WebSocket, or ask before whether "${name}" is in globalThis`,
        "NotSupportedError",
      );
    }
  } as new () => never; // it never returns
}

// Chromium has both; no types know them.
const native = globalThis as Missing;

/** The browser's own; where it has none, a class whose constructor throws NotSupportedError. */
export const WebSocketStream: NonNullable<Missing["WebSocketStream"]> =
  native.WebSocketStream ?? missing("WebSocketStream");

/** The browser's own; where it has none, a class whose constructor throws NotSupportedError. */
export const WebSocketError: NonNullable<Missing["WebSocketError"]> =
  native.WebSocketError ?? missing("WebSocketError");

/** The method itself: a page may send 1000 and 3000 to 4999, and every other code throws. */
export function close(socket: WebSocket, code?: number, reason?: string): void {
  socket.close(code, reason);
}

/** Closes with a closing handshake: a page cannot drop a connection without one. */
export function terminate(socket: WebSocket): void {
  socket.close();
}

/** Sends nothing: a browser answers the server's pings, and lets a page send none. Settles with false. */
export function ping(
  _socket: WebSocket,
  _data?: string | ArrayBuffer | ArrayBufferView,
): Promise<boolean> {
  return Promise.resolve(false);
}

/** Does nothing: a page's sockets live as long as the page. */
export function ref(_socket: WebSocket): void {}

/** Does nothing: a page's sockets live as long as the page. */
export function unref(_socket: WebSocket): void {}
