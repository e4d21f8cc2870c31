/** `trunkline/client`: what a program needs to be a client. In browsers, browser.ts takes its place. */
export type { PerMessageDeflateOptions } from "../connection/deflate/options.ts";
export { DialError, type DialErrorCode } from "./dial-error.ts";
export {
  CloseEvent,
  type CloseEventConstructor,
  type CloseEventInit,
  type WebSocketErrorEvent,
} from "./events.ts";
export type { HeadersInput, Protocols, WebSocketOptions } from "./options.ts";
export {
  type BinaryType,
  close,
  type ListenerOptions,
  ping,
  type ReadyState,
  ref,
  terminate,
  unref,
  WebSocket,
  type WebSocketData,
  type WebSocketEventMap,
  type WebSocketHandler,
} from "./websocket.ts";
export { type WebSocketCloseInfo, WebSocketError } from "./websocket-error.ts";
export {
  type WebSocketOpenInfo,
  WebSocketStream,
  type WebSocketStreamOptions,
} from "./websocket-stream.ts";
