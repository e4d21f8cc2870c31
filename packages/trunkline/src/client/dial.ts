/**
 * Dialling: from a URL to an open stream on which the opening handshake is done, or to the reason why not.
 *
 * node:http and node:https make the connection and read the answer, with Node's own defaults for
 * name lookup, the choice of address and TLS. Every attempt has an agent of its own and pools nothing.
 * The caller hears exactly one of `onOpen` and `onFailure`, never from inside a call; on failure
 * nothing of the attempt is left. Redirects are not followed, as the standard has it.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../connection/clock.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import {
  acceptFor,
  checkResponse,
  newKey,
  type ResponseCheck,
  requestHeaders,
} from "../protocol/handshake.ts";
import { formatExtensions } from "../protocol/headers.ts";
import { DialError, type DialPhase, display, explain } from "./dial-error.ts";
import type { Settings } from "./options.ts";

/** A stream whose next byte is the first of the server's frames. */
export interface Dialled {
  readonly stream: Duplex;
  /** Bytes that came behind the answer. */
  readonly head: Uint8Array;
  /** The subprotocol in use, or "". */
  readonly protocol: string;
  /** Sec-WebSocket-Extensions as agreed, or "". */
  readonly extensions: string;
}

export interface Caller {
  onOpen(dialled: Dialled): void;
  onFailure(error: DialError): void;
}

export class Dial {
  readonly #url: URL;
  readonly #settings: Settings;
  readonly #caller: Caller;
  readonly #key: string = newKey(nodeRuntime);
  readonly #request: ClientRequest;
  readonly #timer: Timer | undefined;
  readonly #onAbort = (): void =>
    this.cancel("the signal was aborted", this.#settings.signal?.reason);
  #phase: DialPhase;
  #isSettled = false;
  #keepsAlive = true;

  /** `connect` takes the network's place: it gives a stream that is connected already. */
  constructor(url: URL, settings: Settings, caller: Caller, clock: Clock, connect?: () => Duplex) {
    this.#url = url;
    this.#settings = settings;
    this.#caller = caller;
    this.#phase = connect === undefined ? "connecting" : "asking";
    // Throws for what the user got wrong in `tls`; nothing needs an end before this line.
    this.#request = send(requestOptions(url, settings, this.#key, connect));
    this.#listen(this.#request);
    const { handshakeTimeout, signal } = settings;
    if (handshakeTimeout > 0) {
      this.#timer = clock.setTimer(() => this.#expire(), handshakeTimeout);
    }
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  /** Gives up; `onFailure` follows, unless the attempt has ended already. */
  cancel(why: string, cause?: unknown): void {
    const message = `Could not connect to ${display(this.#url)}: ${why}`;
    this.#fail(new DialError("aborted", message, cause === undefined ? {} : { cause }));
  }

  ref(): void {
    this.#keepsAlive = true;
    this.#request.socket?.ref();
  }

  unref(): void {
    this.#keepsAlive = false;
    this.#request.socket?.unref();
  }

  #listen(request: ClientRequest): void {
    request.once("socket", (socket) => {
      if (!this.#keepsAlive) socket.unref();
      socket.once("connect", () => {
        this.#phase = this.#url.protocol === "wss:" ? "securing" : "asking";
      });
      socket.once("secureConnect", () => {
        this.#phase = "asking";
      });
    });
    request.once("upgrade", (response, stream, head) => this.#answer(response, stream, head));
    request.once("response", (response) => this.#refuse(response));
    // Stays for as long as the request lives: destroying it may report once more.
    request.on("error", (error) => this.#fail(explain(error, this.#phase, this.#url)));
  }

  /** The server switched protocols. */
  #answer(response: IncomingMessage, stream: Duplex, head: Uint8Array): void {
    const check = this.#check(response);
    if (this.#isSettled || !check.ok) {
      destroy(stream);
      return check.ok ? undefined : this.#failHandshake(check.reason);
    }
    this.#settle();
    const { protocol, extensions } = check;
    this.#caller.onOpen({ stream, head, protocol, extensions: formatExtensions(extensions) });
  }

  #check({ headers, statusCode }: IncomingMessage): ResponseCheck {
    return checkResponse(
      { status: statusCode, header: (name) => joined(headers[name]) },
      {
        accept: acceptFor(this.#key, nodeRuntime),
        protocols: this.#settings.protocols,
        extensions: [],
      },
    );
  }

  #failHandshake(reason: string): void {
    const message = `Could not connect to ${display(this.#url)}: the server's answer to the opening handshake is not valid. ${reason}`;
    this.#fail(new DialError("handshake", message, { status: 101 }));
  }

  /** The server answered, and did not switch protocols. */
  #refuse(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const check = this.#check(response);
    // node:http takes a 101 without its Upgrade and Connection for an ordinary answer.
    if (status === 101 && !check.ok) return this.#failHandshake(check.reason);
    const redirect = status >= 300 && status < 400 ? "; redirects are not followed" : "";
    const message = `Could not connect to ${display(this.#url)}: the server answered ${status} ${response.statusMessage ?? ""}`;
    this.#fail(new DialError("status", `${message.trimEnd()}${redirect}`, { status }));
  }

  #expire(): void {
    const message = `Could not connect to ${display(this.#url)}: not open within ${this.#settings.handshakeTimeout} ms (option handshakeTimeout)`;
    this.#fail(new DialError("timeout", message));
  }

  #fail(error: DialError): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#request.destroy();
    setImmediate(() => this.#caller.onFailure(error));
  }

  #settle(): void {
    this.#isSettled = true;
    this.#timer?.cancel();
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
  }
}

function send(options: RequestOptions): ClientRequest {
  const request = options.protocol === "https:" ? requestHttps(options) : requestHttp(options);
  request.end();
  return request;
}

function requestOptions(
  url: URL,
  settings: Settings,
  key: string,
  connect: (() => Duplex) | undefined,
): RequestOptions {
  const isSecure = url.protocol === "wss:";
  return {
    ...(isSecure && settings.tls),
    protocol: isSecure ? "https:" : "http:",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port || (isSecure ? 443 : 80),
    path: url.pathname + url.search,
    method: "GET",
    // node:http asks `createConnection` only when no agent is named, and knows no default port then.
    ...(connect === undefined
      ? { agent: false }
      : { createConnection: connect, defaultPort: isSecure ? 443 : 80 }),
    headers: headersOf(settings, key),
    ...(url.username || url.password ? { auth: credentials(url) } : {}),
  };
}

/** Names that differ in case alone are one header, with a line for each of its values. */
function headersOf(settings: Settings, key: string): Record<string, string | string[]> {
  const { protocols } = settings;
  const lines = new Map<string, [name: string, value: string | string[]]>();
  const own = requestHeaders({ key, protocols, extensions: [] });
  for (const [name, value] of [...own, ...settings.headers]) {
    const line = lines.get(name.toLowerCase());
    if (line === undefined) lines.set(name.toLowerCase(), [name, value]);
    else line[1] = [line[1], value].flat();
  }
  return Object.fromEntries(lines.values());
}

function credentials(url: URL): string {
  return `${decode(url.username)}:${decode(url.password)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" || value === undefined ? value : value.join(", ");
}

function destroy(stream: Duplex): void {
  stream.on("error", () => {});
  stream.destroy();
}
