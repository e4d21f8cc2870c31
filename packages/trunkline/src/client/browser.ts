/**
 * `trunkline/client` in a browser: the native class under the same names, and nothing of Node.
 *
 * The bag of options does not exist here, as a page may set none of what it has: pass protocols.
 * The functions beside the class do what a page can do, so that shared code runs unchanged.
 */
import type { CloseEventConstructor } from "./events.ts";

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

export const WebSocket: typeof globalThis.WebSocket = globalThis.WebSocket;
export type WebSocket = InstanceType<typeof globalThis.WebSocket>;

export const CloseEvent: CloseEventConstructor =
  // Every browser has it; Node 20's types do not.
  (globalThis as unknown as { readonly CloseEvent: CloseEventConstructor }).CloseEvent;
export type CloseEvent = InstanceType<CloseEventConstructor>;

/** Closes with a closing handshake: a page cannot drop a connection without one. */
export function terminate(socket: WebSocket): void {
  socket.close();
}

/** Does nothing: a browser answers the server's pings, and lets a page send none. */
export function ping(_socket: WebSocket, _data?: string | ArrayBuffer | ArrayBufferView): void {}

/** Does nothing: a page's sockets live as long as the page. */
export function ref(_socket: WebSocket): void {}

/** Does nothing: a page's sockets live as long as the page. */
export function unref(_socket: WebSocket): void {}
