/** The sentences that the cases of the answer prove. */
import { type Rule, rfc6455 } from "../../case.ts";

type RuleName =
  | "status"
  | "upgrade"
  | "connection"
  | "accept"
  | "acceptOnce"
  | "protocol"
  | "extensions"
  | "opens"
  | "fold"
  | "line"
  | "control"
  | "interim"
  | "length"
  | "large";

export const RULES: Readonly<Record<RuleName, Rule>> = {
  status: rfc6455(
    "4.1",
    "If the status code received from the server is not 101, the client handles the response per HTTP",
  ),
  upgrade: rfc6455(
    "4.1",
    'If the response lacks an |Upgrade| header field or […] contains a value that is not an ASCII case-insensitive match for the value "websocket", the client MUST _Fail the WebSocket Connection_.',
  ),
  connection: rfc6455(
    "4.1",
    'If the response lacks a |Connection| header field or the |Connection| header field doesn\'t contain a token that is an ASCII case-insensitive match for the value "Upgrade", the client MUST _Fail',
  ),
  accept: rfc6455(
    "4.1",
    "If the response lacks a |Sec-WebSocket-Accept| header field or […] contains a value other than the base64-encoded SHA-1 […], the client MUST _Fail the WebSocket Connection_.",
  ),
  acceptOnce: rfc6455(
    "11.3.3",
    "The |Sec-WebSocket-Accept| header MUST NOT appear more than once in an HTTP response.",
  ),
  protocol: rfc6455(
    "4.1",
    "the use of a subprotocol that was not present in the client's handshake […], the client MUST _Fail the WebSocket Connection_.",
  ),
  extensions: rfc6455(
    "4.1",
    "the use of an extension that was not present in the client's handshake […], the client MUST _Fail the WebSocket Connection_.",
  ),
  opens: rfc6455(
    "4.1",
    "If the server's response is validated as provided for above, it is said that _The WebSocket Connection is Established_",
  ),
  fold: {
    rfc: 9112,
    section: "5.2",
    sentence:
      "A user agent that receives an obs-fold […] MUST replace each received obs-fold with one or more SP octets",
  },
  line: {
    rfc: 9112,
    section: "4",
    sentence: "status-line = HTTP-version SP status-code SP [ reason-phrase ]",
  },
  control: {
    rfc: 9110,
    section: "5.5",
    sentence: "Field values containing CR, LF, or NUL characters are invalid and dangerous",
  },
  interim: {
    rfc: 9110,
    section: "15.2",
    sentence:
      "A client MUST be able to parse one or more 1xx responses received prior to a final response",
  },
  length: {
    rfc: 9110,
    section: "8.6",
    sentence:
      "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx",
  },
  large: rfc6455(
    "10.4",
    "Implementations that have implementation- and/or platform-specific limitations […] MUST protect themselves",
  ),
};
