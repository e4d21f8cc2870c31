export {
  createWebSocketStream,
  default,
  extension,
  PerMessageDeflate,
  Receiver,
  Sender,
  subprotocol,
  WebSocket,
  WebSocketServer,
} from "trunkline/ws";
