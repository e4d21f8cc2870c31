/**
 * The opening handshake, both sides, as text and decisions (RFC 6455, sections 4.1 and 4.2).
 *
 * The checks stand in the RFC's order, and the first that fails is the answer. Nothing here reads a
 * socket or knows about routes and origins: whoever has the HTTP message hands over its parts.
 * `header(name)` gets names in lower case and answers as an HTTP parser does: repeated fields joined
 * with ", ", whitespace around the value removed. A peer's fault is a value with a reason that is safe
 * to send and to log, since it holds no text of the peer's; a caller's fault is a TypeError.
 */
import {
  type Extension,
  equalsIgnoringCase,
  formatExtensions,
  isHeaderValue,
  isToken,
  parseExtensions,
  parseTokenList,
  parseUpgrade,
} from "./headers.ts";
import type { Runtime } from "./runtime.ts";

/** The version of RFC 6455. Drafts before it (hybi-08 is 8) differ on the wire and are not spoken. */
export type ProtocolVersion = 13;

export type HeaderPair = readonly [name: string, value: string];

/** What the server's check needs to see of a request. */
export interface RequestHead {
  readonly method: string | undefined;
  /** As Node has it: "1.1". */
  readonly httpVersion: string;
  header(name: string): string | undefined;
}

export type RequestCheck = AcceptableRequest | RequestRefusal;

export interface AcceptableRequest {
  readonly ok: true;
  readonly key: string;
  readonly version: ProtocolVersion;
  /** Subprotocols in the client's order of preference. */
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
}

export interface RequestRefusal {
  readonly ok: false;
  readonly status: 400 | 426;
  /** One sentence that names the header and what is wrong with it. */
  readonly reason: string;
  /** Headers that the answer must have. */
  readonly headers: readonly HeaderPair[];
}

/** What a server puts into its 101. */
export interface ResponseParts {
  readonly accept: string;
  /** The subprotocol in use; "" or undefined is none. */
  readonly protocol?: string | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  /** The user's own. */
  readonly headers?: Iterable<HeaderPair> | undefined;
}

/** What a client puts into its request. */
export interface RequestParts {
  readonly key: string;
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
}

/** What the client's check needs to see of a response. */
export interface ResponseHead {
  readonly status: number | undefined;
  header(name: string): string | undefined;
}

/** What the client asked for. */
export interface ExpectedResponse {
  readonly accept: string;
  readonly protocols: readonly string[];
  /** The names of the extensions that were offered. */
  readonly extensions: readonly string[];
}

export type ResponseCheck =
  | {
      readonly ok: true;
      /** The subprotocol in use, "" for none. */
      readonly protocol: string;
      readonly extensions: readonly Extension[];
    }
  | { readonly ok: false; readonly reason: string };

const noProtocols: readonly string[] = Object.freeze([]);
const noExtensions: readonly Extension[] = Object.freeze([]);
const noHeaders: readonly HeaderPair[] = Object.freeze([]);
// RFC 6455, section 4.4: the answer to another version names those that the server speaks.
const versionHeader: readonly HeaderPair[] = [["Sec-WebSocket-Version", "13"]];
// RFC 9110, section 15.5.22: "The server MUST send an Upgrade header field in a 426 response".
const upgradeHeaders: readonly HeaderPair[] = [["Upgrade", "websocket"], ...versionHeader];

const requestRefusals = {
  method: refuse("The method is not GET, which the opening handshake requires."),
  httpVersion: refuse("The request is not HTTP/1.1, which the opening handshake requires."),
  noHost: refuse("The Host header is missing."),
  noUpgrade: refuse('The Upgrade header is missing; it must be "websocket".'),
  upgrade: refuse('The Upgrade header does not name "websocket".'),
  noConnection: refuse('The Connection header is missing; it must be "Upgrade".'),
  connection: refuse('The Connection header is not a list that contains "Upgrade".'),
  noKey: refuse("The Sec-WebSocket-Key header is missing."),
  key: refuse("The Sec-WebSocket-Key header is not one value of 16 bytes in base64."),
  noVersion: refuse("The Sec-WebSocket-Version header is missing; it must be 13.", versionHeader),
  version: refuse("The Sec-WebSocket-Version header is not one version number.", versionHeader),
  otherVersion: refuse(
    "The Sec-WebSocket-Version header names another version than 13, the only one spoken here.",
    upgradeHeaders,
    426,
  ),
  protocol: refuse("The Sec-WebSocket-Protocol header is not a list of names."),
  repeatedProtocol: refuse("The Sec-WebSocket-Protocol header names one subprotocol twice."),
  extensions: refuse("The Sec-WebSocket-Extensions header is not a list of extensions."),
} as const;

/** The server's half of section 4.2.1: whether a request opens a WebSocket. */
export function checkRequest(request: RequestHead): RequestCheck {
  const refusal = checkRequestLine(request) ?? checkUpgrade(request);
  if (refusal !== undefined) return refusal;
  const key = request.header("sec-websocket-key");
  // "5. A |Sec-WebSocket-Key| header field with a base64-encoded […] value that, when decoded, is 16 bytes in length."
  if (key === undefined) return requestRefusals.noKey;
  if (!isKey(key)) return requestRefusals.key;
  // "6. A |Sec-WebSocket-Version| header field, with a value of 13."
  const version = request.header("sec-websocket-version");
  if (version !== "13") return refuseVersion(version);
  return checkOffers(request, key);
}

/** The value of Sec-WebSocket-Accept that answers `key` (section 4.2.2, step 5.4). */
export function acceptFor(key: string, runtime: Runtime): string {
  return runtime.sha1Base64(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
}

/** The first of ours that the client offers. */
export function selectProtocol(
  ours: readonly string[],
  offered: readonly string[],
): string | undefined {
  if (offered.length === 0) return undefined;
  return ours.find((protocol) => offered.includes(protocol));
}

/** The 101 that ends the server's half of the handshake (section 4.2.2, step 5). */
export function formatResponse({ accept, protocol, extensions, headers }: ResponseParts): string {
  let text = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  if (protocol) text += `Sec-WebSocket-Protocol: ${requireSubprotocol(protocol)}\r\n`;
  if (extensions && extensions.length > 0) {
    text += `Sec-WebSocket-Extensions: ${formatExtensions(extensions)}\r\n`;
  }
  for (const [name, value] of headers ?? noHeaders) {
    requireResponseHeader(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** A fresh Sec-WebSocket-Key: "The nonce MUST be selected randomly for each connection" (section 4.1, item 7). */
export function newKey(runtime: Runtime): string {
  const nonce = runtime.allocate(16);
  runtime.fillRandom(nonce);
  return encodeBase64(nonce);
}

/** The headers that make a GET an opening handshake, in the order of the WebSocket standard; Host and Origin are the dialler's. */
export function requestHeaders({ key, protocols, extensions }: RequestParts): HeaderPair[] {
  const headers: HeaderPair[] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (protocols.length > 0) {
    headers.push(["Sec-WebSocket-Protocol", protocols.map(requireSubprotocol).join(", ")]);
  }
  if (extensions.length > 0) {
    headers.push(["Sec-WebSocket-Extensions", formatExtensions(extensions)]);
  }
  return headers;
}

/** The client's half: whether a response opens the WebSocket that was asked for (section 4.1, "the client MUST validate the server's response"). */
export function checkResponse(response: ResponseHead, expected: ExpectedResponse): ResponseCheck {
  const reason = checkSwitch(response) ?? checkAccept(response, expected.accept);
  if (reason !== undefined) return fail(reason);
  const extensions = readExtensions(response, expected.extensions);
  if (typeof extensions === "string") return fail(extensions);
  const protocol = response.header("sec-websocket-protocol");
  const fault = checkProtocol(protocol, expected.protocols);
  if (fault !== undefined) return fail(fault);
  return { ok: true, protocol: protocol ?? "", extensions };
}

/**
 * Whether `name` can be a subprotocol's: "non-empty strings with characters in the range U+0021 to
 * U+007E not including separator characters" (section 4.1, item 10), which is what a token is.
 */
export function isSubprotocol(name: string): boolean {
  return isToken(name);
}

function refuse(
  reason: string,
  headers: readonly HeaderPair[] = noHeaders,
  status: 400 | 426 = 400,
): RequestRefusal {
  return { ok: false, status, reason, headers };
}

function checkRequestLine({ method, httpVersion }: RequestHead): RequestRefusal | undefined {
  // "1. An HTTP/1.1 or higher GET request": 1.0 has no Upgrade, and from HTTP/2 on there is no 101
  // (RFC 9113, section 8.6), so that 1.1 is what remains.
  if (method !== "GET") return requestRefusals.method;
  return httpVersion === "1.1" ? undefined : requestRefusals.httpVersion;
}

function checkUpgrade(request: RequestHead): RequestRefusal | undefined {
  // "2. A |Host| header field containing the server's authority."
  if (!request.header("host")) return requestRefusals.noHost;
  // "3. An |Upgrade| header field containing the value "websocket", treated as an ASCII case-insensitive value."
  const upgrade = request.header("upgrade");
  if (upgrade === undefined) return requestRefusals.noUpgrade;
  if (!names(upgrade, "websocket", parseUpgrade)) return requestRefusals.upgrade;
  // "4. A |Connection| header field that includes the token "Upgrade", treated as an ASCII case-insensitive value."
  const connection = request.header("connection");
  if (connection === undefined) return requestRefusals.noConnection;
  if (!names(connection, "upgrade", parseTokenList)) return requestRefusals.connection;
  return undefined;
}

function refuseVersion(version: string | undefined): RequestRefusal {
  if (version === undefined) return requestRefusals.noVersion;
  return isVersion(version) ? requestRefusals.otherVersion : requestRefusals.version;
}

// "8. Optionally, a |Sec-WebSocket-Protocol| header field", "9. Optionally, a |Sec-WebSocket-Extensions| header field".
function checkOffers(request: RequestHead, key: string): RequestCheck {
  const protocol = request.header("sec-websocket-protocol");
  const protocols = protocol === undefined ? noProtocols : parseTokenList(protocol);
  if (protocols === undefined) return requestRefusals.protocol;
  // Section 4.1, item 10: they "MUST all be unique strings".
  if (protocols.length > 1 && new Set(protocols).size < protocols.length) {
    return requestRefusals.repeatedProtocol;
  }
  const extension = request.header("sec-websocket-extensions");
  const extensions = extension === undefined ? noExtensions : parseExtensions(extension);
  if (extensions === undefined) return requestRefusals.extensions;
  return { ok: true, key, version: 13, protocols, extensions };
}

function names(
  value: string,
  lower: string,
  parse: (value: string) => readonly string[] | undefined,
): boolean {
  if (equalsIgnoringCase(value, lower)) return true;
  return parse(value)?.some((element) => equalsIgnoringCase(element, lower)) ?? false;
}

/**
 * 22 characters of base64 and "==" are 16 bytes. The four bits that the last character has beyond them
 * may be set, as RFC 4648, section 3.5, lets a decoder decide: clients that take any 22 characters exist,
 * and nothing rests on those bits. Two keys, which arrive joined, are too long.
 */
function isKey(text: string): boolean {
  if (text.length !== 24) return false;
  for (let at = 0; at < 22; at++) {
    if (!isBase64Code(text.charCodeAt(at))) return false;
  }
  return text.endsWith("==");
}

function isBase64Code(code: number): boolean {
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (code >= 0x2f && code <= 0x39) || code === 0x2b;
}

// Section 4.3: a number from 0 to 255 without leading zeros.
function isVersion(text: string): boolean {
  if (text.length === 0 || text.length > 3) return false;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
    number = number * 10 + digit;
  }
  return number <= 255 && (text.length === 1 || text[0] !== "0");
}

// These decide how the 101 is read, so none of them is the user's to set: the names that the handshake
// itself writes, and the two that RFC 9110, section 8.6, and RFC 9112, section 6.1, keep out of a 1xx.
const ownHeaders: ReadonlySet<string> = new Set([
  "connection",
  "upgrade",
  "content-length",
  "transfer-encoding",
]);

function requireResponseHeader(name: string, value: string): void {
  const quoted = JSON.stringify(name);
  if (!isToken(name)) throw new TypeError(`${quoted} is not a header's name.`);
  const lower = name.toLowerCase();
  if (lower === "sec-websocket-protocol") {
    throw new TypeError(`The header ${quoted} is the library's to set: give "protocol" instead.`);
  }
  if (ownHeaders.has(lower) || lower.startsWith("sec-websocket-")) {
    throw new TypeError(`The header ${quoted} cannot be set on the answer to a handshake.`);
  }
  if (typeof value !== "string" || !isHeaderValue(value)) {
    throw new TypeError(
      `The header ${quoted} has a value that cannot be sent: only text of one line, without control characters, in Latin-1.`,
    );
  }
}

function requireSubprotocol(name: string): string {
  if (isSubprotocol(name)) return name;
  throw new TypeError(
    `${JSON.stringify(name)} cannot be a subprotocol: it must be a token, such as "chat.v1".`,
  );
}

function fail(reason: string): ResponseCheck {
  return { ok: false, reason };
}

function checkSwitch(response: ResponseHead): string | undefined {
  // "1. If the status code received from the server is not 101 […]"
  if (response.status !== 101) {
    return `The server answered with status ${response.status ?? 0} where 101 was expected.`;
  }
  // "2. If the response lacks an |Upgrade| header field or […] contains a value that is not an ASCII
  // case-insensitive match for the value "websocket" […] _Fail the WebSocket Connection_."
  const upgrade = response.header("upgrade");
  if (upgrade === undefined || !equalsIgnoringCase(upgrade, "websocket")) {
    return 'The Upgrade header of the response is not "websocket".';
  }
  // "3. If the response lacks a |Connection| header field or […] doesn't contain a token that is an
  // ASCII case-insensitive match for the value "Upgrade" […]"
  const connection = response.header("connection");
  if (connection === undefined || !names(connection, "upgrade", parseTokenList)) {
    return 'The Connection header of the response does not contain "Upgrade".';
  }
  return undefined;
}

// "4. If the response lacks a |Sec-WebSocket-Accept| header field or […] contains a value other than the
// base64-encoded SHA-1 of the concatenation of the |Sec-WebSocket-Key| […]"
function checkAccept(response: ResponseHead, expected: string): string | undefined {
  const accept = response.header("sec-websocket-accept");
  if (accept === undefined) return "The Sec-WebSocket-Accept header of the response is missing.";
  if (accept === expected) return undefined;
  return "The Sec-WebSocket-Accept header of the response does not answer the key that was sent.";
}

// "5. If the response includes a |Sec-WebSocket-Extensions| header field and this header field indicates
// the use of an extension that was not present in the client's handshake […]". Nor can one be in use twice.
// A string is the reason to fail.
function readExtensions(
  response: ResponseHead,
  offered: readonly string[],
): readonly Extension[] | string {
  const value = response.header("sec-websocket-extensions");
  if (value === undefined) return noExtensions;
  const extensions = parseExtensions(value);
  if (extensions === undefined) {
    return "The Sec-WebSocket-Extensions header of the response is not a list of extensions.";
  }
  const accepted = new Set<string>();
  for (const { name } of extensions) {
    if (!offered.includes(name)) {
      return "The Sec-WebSocket-Extensions header of the response names an extension that was not offered.";
    }
    if (accepted.has(name)) {
      return "The Sec-WebSocket-Extensions header of the response names one extension twice.";
    }
    accepted.add(name);
  }
  return extensions;
}

function checkProtocol(
  protocol: string | undefined,
  requested: readonly string[],
): string | undefined {
  if (protocol === undefined) {
    // Stricter than the RFC, as the WebSocket standard is ("establish a WebSocket connection"): protocols were
    // given and the response has none, "then fail the WebSocket connection".
    return requested.length === 0
      ? undefined
      : "Subprotocols were requested and the response has no Sec-WebSocket-Protocol header.";
  }
  // "6. If the response includes a |Sec-WebSocket-Protocol| header field and this header field indicates the
  // use of a subprotocol that was not present in the client's handshake […]". Two, joined, are never one of them.
  return requested.includes(protocol)
    ? undefined
    : "The Sec-WebSocket-Protocol header of the response is not one of the requested subprotocols.";
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    text += base64.charAt(bits >> 18) + base64.charAt((bits >> 12) & 63);
    text += base64.charAt((bits >> 6) & 63) + base64.charAt(bits & 63);
  }
  const padding = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - padding) + "=".repeat(padding);
}
