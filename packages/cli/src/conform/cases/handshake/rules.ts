/** The sentences that the opening handshake's cases prove. */
import { type Rule, rfc6455 } from "../../case.ts";

type RuleName =
  | "opens"
  | "requirements"
  | "upgrade"
  | "connection"
  | "key"
  | "version"
  | "versionAnswer"
  | "once"
  | "method"
  | "host"
  | "space"
  | "fold"
  | "lineEnd"
  | "grammar"
  | "control"
  | "large"
  | "protocol"
  | "extensions"
  | "unknown"
  | "wait";

export const RULES: Readonly<Record<RuleName, Rule>> = {
  opens: rfc6455(
    "4.2.2",
    "If the server chooses to accept the incoming connection, it MUST reply with a valid HTTP response",
  ),
  requirements: rfc6455(
    "4.2.1",
    "a handshake that matches the description below […], the server MUST stop processing",
  ),
  upgrade: rfc6455(
    "4.2.1",
    'An |Upgrade| header field containing the value "websocket", treated as an ASCII case-insensitive value.',
  ),
  connection: rfc6455("4.2.1", 'A |Connection| header field that includes the token "Upgrade"'),
  key: rfc6455("4.2.1", "a base64-encoded […] value that, when decoded, is 16 bytes in length"),
  version: rfc6455("4.2.1", "A |Sec-WebSocket-Version| header field, with a value of 13."),
  versionAnswer: rfc6455(
    "4.2.2",
    "and a |Sec-WebSocket-Version| header field indicating the version(s) the server is capable of understanding",
  ),
  once: rfc6455(
    "11.3.1",
    "The |Sec-WebSocket-Key| header field MUST NOT appear more than once in an HTTP request.",
  ),
  method: rfc6455("4.2.1", "An HTTP/1.1 or higher GET request"),
  host: {
    rfc: 9112,
    section: "3.2",
    sentence:
      "A server MUST respond with a 400 […] to any HTTP/1.1 request message that lacks a Host header field",
  },
  space: {
    rfc: 9112,
    section: "5.1",
    sentence:
      "A server MUST reject […] any received request message that contains whitespace between a header field name and colon",
  },
  fold: {
    rfc: 9112,
    section: "5.2",
    sentence:
      "MUST either reject the message […] or replace each received obs-fold with one or more SP octets",
  },
  lineEnd: {
    rfc: 9112,
    section: "2.2",
    sentence: "a recipient MAY recognize a single LF as a line terminator",
  },
  grammar: {
    rfc: 9112,
    section: "3",
    sentence: "request-line = method SP request-target SP HTTP-version",
  },
  control: {
    rfc: 9110,
    section: "5.5",
    sentence: "Field values containing CR, LF, or NUL characters are invalid and dangerous",
  },
  large: {
    rfc: 9110,
    section: "5.4",
    sentence:
      "A server that receives a request header field […] larger than it wishes to process MUST respond with an appropriate 4xx",
  },
  protocol: rfc6455("4.2.2", "The value chosen MUST be derived from the client's handshake"),
  extensions: rfc6455(
    "9.1",
    "the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_",
  ),
  unknown: rfc6455("9.1", "containing one or more extensions that were requested by the client"),
  wait: rfc6455(
    "4.1",
    "the client MUST wait for a response from the server before sending any further data",
  ),
};
