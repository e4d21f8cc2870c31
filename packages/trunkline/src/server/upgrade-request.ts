/**
 * The request of an opening handshake, as a handler sees it. It is made for every handshake, so it
 * only points at Node's request; what costs something is made when it is asked for.
 */
import type { IncomingMessage } from "node:http";
import type { RequestHead } from "../protocol/handshake.ts";
import type { Params } from "./handler.ts";

/** Where a request came from and where it leads, worked out before the handler is asked. */
export interface Origination {
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly secure: boolean;
  readonly remoteAddress: string;
}

/** What a request is made of: Node's own, or one of plain-upgrade.ts. */
export interface RequestSource extends RequestHead {
  readonly raw: IncomingMessage | undefined;
  /** A line that may say anything, then the header fields, a line each: one string takes a fraction of what twenty take. */
  readonly head: string;
}

export class NodeRequest implements RequestSource {
  readonly raw: IncomingMessage;

  constructor(raw: IncomingMessage) {
    this.raw = raw;
  }

  get method(): string | undefined {
    return this.raw.method;
  }

  get httpVersion(): string {
    return this.raw.httpVersion;
  }

  /** Fields of the same name are one list (RFC 9110, section 5.3). */
  header(name: string): string | undefined {
    const value = this.raw.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  get head(): string {
    const { rawHeaders } = this.raw;
    let head = "";
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const line = `${rawHeaders[at]}: ${rawHeaders[at + 1]}`;
      // No value has a line's end in it, but for a parser that was told to be lenient.
      if (!/[\r\n]/.test(line)) head += `\r\n${line}`;
    }
    return head;
  }
}

export class UpgradeRequest<P extends Params = Params> {
  /** The path of the request target, still percent-encoded. */
  readonly path: string;
  /** The route's parameters, percent-decoded. */
  readonly params: P;
  /** Subprotocols that the client offers, in its order of preference. */
  readonly protocols: readonly string[];
  /** The client's address; behind a trusted proxy the one that the proxy names. */
  readonly remoteAddress: string;
  readonly #query: string;
  readonly #host: string;
  readonly #secure: boolean;
  // biome-ignore lint/style/useReadonlyClassProperties: a static method sets it
  #source: RequestSource | undefined;
  /** The source's, once the connection is open. */
  // biome-ignore lint/style/useReadonlyClassProperties: a static method sets it
  #head = "";
  #headers: Headers | undefined;
  #url: URL | undefined;
  #abort: AbortController | undefined;
  #keepRaw = false;

  constructor(
    source: RequestSource,
    from: Origination,
    params: Params,
    protocols: readonly string[],
  ) {
    this.path = from.path;
    this.params = params as P; // the route's own pattern named them
    this.protocols = protocols;
    this.remoteAddress = from.remoteAddress;
    this.#query = from.query;
    this.#host = from.host;
    this.#secure = from.secure;
    this.#source = source;
  }

  /** The absolute URL that the client asked for, such as `ws://example.com/chat?room=1`. */
  get url(): URL {
    const query = this.#query === "" ? "" : `?${this.#query}`;
    this.#url ??= new URL(`${this.#secure ? "wss" : "ws"}://${this.#host}${this.path}${query}`);
    return this.#url;
  }

  /** The Origin header, or undefined when there is none, as from most programs. */
  get origin(): string | undefined {
    return this.headers.get("origin") ?? undefined;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#source?.head ?? this.#head);
    return this.#headers;
  }

  /** Aborted when the handshake comes to nothing while `upgrade` decides: the client goes, the time runs out, the server closes. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  /**
   * Node's own request, with its socket. Once the connection is open it is there only if it was
   * read before: it is ten times the size of this object, and connections live long.
   */
  get raw(): IncomingMessage {
    const raw = this.#source?.raw;
    if (raw === undefined) {
      throw new Error("request.raw is gone once the connection is open: read it in upgrade()");
    }
    this.#keepRaw = true;
    return raw;
  }

  /** The handshake is done. */
  static opened(request: UpgradeRequest): void {
    if (request.#keepRaw || request.#source === undefined) return;
    request.#head = request.#source.head;
    request.#source = undefined;
  }

  /** It comes to nothing: the client went, or we gave up. */
  static gone(request: UpgradeRequest, why: string): void {
    request.#abort ??= new AbortController();
    request.#abort.abort(new DOMException(why, "AbortError"));
  }
}

function headersOf(head: string): Headers {
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(": ");
    // Node's parser lets bytes through that Headers refuses; such a field is nobody's to read.
    try {
      if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
    } catch {}
  }
  return headers;
}
