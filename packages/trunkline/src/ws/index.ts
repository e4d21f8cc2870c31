/**
 * `trunkline/ws`: the library in the place of `ws`. docs/ws.md tells how to swap it and what differs.
 *
 * The last name is what Node's `require` of this module gives: the class itself, as with `ws`.
 */
import { extension } from "./extension.ts";
import { PerMessageDeflate } from "./permessage-deflate.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { createWebSocketStream } from "./stream.ts";
import { subprotocol } from "./subprotocol.ts";
import { WebSocket } from "./websocket.ts";
import { WebSocketServer } from "./websocket-server.ts";

Object.assign(WebSocket, {
  createWebSocketStream,
  extension,
  PerMessageDeflate,
  Receiver,
  Sender,
  Server: WebSocketServer,
  subprotocol,
  WebSocket,
  WebSocketServer,
});

export {
  createWebSocketStream,
  extension,
  PerMessageDeflate,
  Receiver,
  Sender,
  subprotocol,
  WebSocket,
  WebSocket as default,
  WebSocket as "module.exports",
  WebSocketServer,
};
