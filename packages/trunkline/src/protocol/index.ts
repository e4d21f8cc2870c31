/** `trunkline/protocol`: RFC 6455 without I/O, for any runtime. docs/protocol.md walks through it. */
export { type Close, isSendableCode, MAX_REASON_BYTES } from "./close.ts";
export { CodecError, type MessageCodec, type SharedCodec } from "./codec.ts";
export { Core, type CoreOptions, type ReadEvent, type State } from "./core.ts";
export type { Failure } from "./failures.ts";
export {
  type AcceptableRequest,
  acceptFor,
  checkRequest,
  checkResponse,
  type ExpectedResponse,
  formatResponse,
  type HeaderPair,
  isSubprotocol,
  newKey,
  type ProtocolVersion,
  type RequestCheck,
  type RequestHead,
  type RequestParts,
  type RequestRefusal,
  type ResponseCheck,
  type ResponseHead,
  type ResponseParts,
  requestHeaders,
  selectProtocol,
} from "./handshake.ts";
export type { Extension } from "./headers.ts";
export { Heartbeat } from "./heartbeat.ts";
export { maskBytes } from "./mask.ts";
export {
  type AcceptedDeflate,
  acceptDeflate,
  checkDeflateAnswer,
  type DeflateParameters,
  deflateOffer,
} from "./permessage-deflate.ts";
export type { Runtime } from "./runtime.ts";
export type { Sink } from "./sink.ts";
export { encodeDeflated, encodeMessage } from "./writer.ts";
