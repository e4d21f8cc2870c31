/**
 * Why no connection came about: a code to decide by, a sentence to read, the platform's error as `cause`.
 *
 * It reaches a program on the `error` event. The table says what each code means; docs/client.md repeats it.
 */
export type DialErrorCode =
  | "dns"
  | "connect"
  | "tls"
  | "dropped"
  | "status"
  | "handshake"
  | "timeout"
  | "aborted";

export const dialErrors: Readonly<Record<DialErrorCode, string>> = {
  dns: "The host name has no address, or the name server did not answer.",
  connect: "No TCP connection: refused, unreachable, or the address did not answer.",
  tls: "TLS failed: the certificate was not accepted, or the server does not speak TLS.",
  dropped: "The connection ended before the opening handshake was answered.",
  status:
    "The server answered with another HTTP status than 101: `status`, `headers` and `body` have it.",
  handshake:
    "The server's 101 breaks the rules of the opening handshake, or the answer is not HTTP.",
  timeout: "The connection was not open within `handshakeTimeout`.",
  aborted: "The option `signal` was aborted, or the program closed the socket before it was open.",
};

export interface DialErrorDetails {
  readonly cause?: unknown;
  readonly status?: number;
  /** Names and values by turns, as node:http has them. */
  readonly rawHeaders?: readonly string[];
  readonly body?: string;
}

export class DialError extends Error {
  readonly code: DialErrorCode;
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** The beginning of a refusing answer's body as text: at most 16 KiB, and what came within 1 s. */
  readonly body: string | undefined;
  readonly #rawHeaders: readonly string[] | undefined;
  #headers: Headers | undefined;

  constructor(code: DialErrorCode, message: string, details: DialErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.name = "DialError";
    this.code = code;
    this.status = details.status;
    this.body = details.body;
    this.#rawHeaders = details.rawHeaders;
  }

  /** The headers of the server's answer, when there was one. */
  get headers(): Headers | undefined {
    if (this.#rawHeaders === undefined) return undefined;
    this.#headers ??= toHeaders(this.#rawHeaders);
    return this.#headers;
  }
}

function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    try {
      headers.append(raw[at] ?? "", raw[at + 1] ?? "");
    } catch {
      // A line that Node reads and the class does not take.
    }
  }
  return headers;
}

/** How far an attempt got: it tells what an error of the platform means. */
export type DialPhase = "connecting" | "securing" | "asking";

/** What an attempt that ran out of time had not got yet. */
export const unfinished: Readonly<Record<DialPhase, string>> = {
  connecting: "there was no TCP connection yet",
  securing: "TLS was not established yet",
  asking: "the server had not answered the opening handshake yet",
};

interface PlatformError extends Error {
  readonly code?: string;
  readonly syscall?: string;
}

/** Makes a DialError of what node:http reported. */
export function explain(cause: PlatformError, phase: DialPhase, url: URL): DialError {
  const [code, sentence] = diagnose(cause, phase, url);
  return new DialError(code, `Could not connect to ${display(url)}: ${sentence}`, { cause });
}

function diagnose(cause: PlatformError, phase: DialPhase, url: URL): [DialErrorCode, string] {
  if (phase === "connecting") return diagnoseConnecting(cause, url);
  if (phase === "securing") return ["tls", securingSentence(cause, url)];
  if (cause.code?.startsWith("HPE_")) {
    return ["handshake", `the server's answer is not HTTP (${cause.message})`];
  }
  const sentence = `the server ended the connection without an answer (${reason(cause)})`;
  return [
    "dropped",
    url.protocol === "ws:" ? `${sentence}; is it wss: rather than ws:?` : sentence,
  ];
}

function diagnoseConnecting(cause: PlatformError, url: URL): [DialErrorCode, string] {
  if (cause.syscall === "getaddrinfo") {
    return ["dns", `the host ${url.hostname} was not found (${reason(cause)})`];
  }
  if (cause.code === "ECONNREFUSED") {
    return ["connect", "the connection was refused; nothing listens on that port (ECONNREFUSED)"];
  }
  return ["connect", `no TCP connection (${reason(cause)})`];
}

function securingSentence(cause: PlatformError, url: URL): string {
  // The first bytes that came are no TLS record.
  if (notTls.test(`${cause.code} ${cause.message}`)) {
    return "the server does not speak TLS on that port; is it ws: rather than wss:?";
  }
  if (cause.code === "ECONNRESET") return `the server ended the TLS handshake (${reason(cause)})`;
  // OpenSSL's line of numbers, file names and one reason.
  const [, ssl] = /:SSL routines:[^:]*:([^:]+)/.exec(cause.message) ?? [];
  if (ssl !== undefined) return `TLS with ${url.hostname} failed: ${ssl}`;
  return `TLS with ${url.hostname} failed: ${cause.message} (a private CA goes into the option tls: { ca })`;
}

const notTls =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|wrong version number|packet length too long|http request/;

/** An error of several addresses tried has an empty message of its own: its code, then, or the first one's. */
function reason(cause: PlatformError): string {
  return cause.message || cause.code || cause.name;
}

/** The URL as a message may show it: without what is secret in it. */
export function display(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
