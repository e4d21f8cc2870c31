// As index.d.cts, for programs that import.
import WebSocket from "./index.cjs";

export import AddressInfo = WebSocket.AddressInfo;
export import CertMeta = WebSocket.CertMeta;
export import ClientOptions = WebSocket.ClientOptions;
export import CloseEvent = WebSocket.CloseEvent;
export import createWebSocketStream = WebSocket.createWebSocketStream;
export import Data = WebSocket.Data;
export import ErrorEvent = WebSocket.ErrorEvent;
export import Event = WebSocket.Event;
export import EventListenerOptions = WebSocket.EventListenerOptions;
export import extension = WebSocket.extension;
export import FinishRequestCallback = WebSocket.FinishRequestCallback;
export import MessageEvent = WebSocket.MessageEvent;
export import PerMessageDeflate = WebSocket.PerMessageDeflate;
export import PerMessageDeflateOptions = WebSocket.PerMessageDeflateOptions;
export import RawData = WebSocket.RawData;
export import Receiver = WebSocket.Receiver;
export import Sender = WebSocket.Sender;
export import SendOptions = WebSocket.SendOptions;
export import ServerOptions = WebSocket.ServerOptions;
export import subprotocol = WebSocket.subprotocol;
export import VerifyClientCallbackAsync = WebSocket.VerifyClientCallbackAsync;
export import VerifyClientCallbackSync = WebSocket.VerifyClientCallbackSync;
export import WebSocketServer = WebSocket.WebSocketServer;
export type Server<
  T extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket,
  U extends typeof import("http").IncomingMessage = typeof import("http").IncomingMessage,
> = WebSocket.Server<T, U>;
export { WebSocket };
export default WebSocket;
