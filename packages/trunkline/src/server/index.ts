/** The server: `serve` opens a port, `SocketServer` mounts on an HTTP server that exists. */
export type { CloseInfo, Overflow } from "../connection/connection.ts";
export type { PerMessageDeflateOptions } from "../connection/deflate/options.ts";
export {
  type Acceptance,
  type Conversation,
  type ConversationHandler,
  defineHandler,
  type Handler,
  type HooksHandler,
  type PeerClose,
  type UpgradeResult,
} from "./handler.ts";
export type { HttpListener } from "./http-server.ts";
export { ListenError } from "./listen.ts";
export { type ServeOptions, type Server, serve } from "./serve.ts";
export type { SendOptions, ServerWebSocket } from "./server-web-socket.ts";
export type { Logger, SocketServerOptions } from "./settings.ts";
export {
  type AttachOptions,
  type CloseOptions,
  SocketServer,
  type SocketServerConstructor,
} from "./socket-server.ts";
export type { UpgradeRequest } from "./upgrade-request.ts";
