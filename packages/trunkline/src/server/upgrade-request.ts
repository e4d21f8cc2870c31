/**
 * The request of an opening handshake, as a handler sees it. It is made for every handshake, so it
 * only points at Node's request; what costs something is made when it is asked for.
 */
import type { IncomingMessage } from "node:http";
import type { Params } from "./handler.ts";

/** Where a request came from and where it leads, worked out before the handler is asked. */
export interface RequestFacts {
  readonly path: string;
  readonly query: string;
  readonly params: Params;
  readonly protocols: readonly string[];
  readonly host: string;
  readonly secure: boolean;
  readonly remoteAddress: string;
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
  readonly #facts: RequestFacts;
  // biome-ignore lint/style/useReadonlyClassProperties: a static method sets it
  #raw: IncomingMessage | undefined;
  readonly #rawHeaders: readonly string[];
  #headers: Headers | undefined;
  #url: URL | undefined;
  #abort: AbortController | undefined;
  // biome-ignore lint/style/useReadonlyClassProperties: a static method sets it
  #gone: DOMException | undefined;
  #keepRaw = false;

  constructor(raw: IncomingMessage, facts: RequestFacts) {
    this.path = facts.path;
    this.params = facts.params as P; // the route's own pattern named them
    this.protocols = facts.protocols;
    this.remoteAddress = facts.remoteAddress;
    this.#facts = facts;
    this.#raw = raw;
    this.#rawHeaders = raw.rawHeaders;
  }

  /** The absolute URL that the client asked for, such as `ws://example.com/chat?room=1`. */
  get url(): URL {
    const { path, query, host, secure } = this.#facts;
    this.#url ??= new URL(
      `${secure ? "wss" : "ws"}://${host}${path}${query === "" ? "" : `?${query}`}`,
    );
    return this.#url;
  }

  /** The Origin header, or undefined when there is none, as from most programs. */
  get origin(): string | undefined {
    return this.headers.get("origin") ?? undefined;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#rawHeaders);
    return this.#headers;
  }

  /** Aborted when the handshake comes to nothing while `upgrade` decides: the client goes, the time runs out, the server closes. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone !== undefined) this.#abort.abort(this.#gone);
    return this.#abort.signal;
  }

  /**
   * Node's own request, with its socket. Once the connection is open it is there only if it was
   * read before: it is ten times the size of this object, and connections live long.
   */
  get raw(): IncomingMessage {
    if (this.#raw === undefined) {
      throw new Error("request.raw is gone once the connection is open: read it in upgrade()");
    }
    this.#keepRaw = true;
    return this.#raw;
  }

  /** The handshake is done. */
  static opened(request: UpgradeRequest): void {
    if (!request.#keepRaw) request.#raw = undefined;
  }

  /** It comes to nothing: the client went, or we gave up. */
  static gone(request: UpgradeRequest, why: string): void {
    request.#gone = new DOMException(why, "AbortError");
    request.#abort?.abort(request.#gone);
  }
}

function headersOf(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    // Node's parser lets bytes through that Headers refuses; such a field is nobody's to read.
    try {
      headers.append(rawHeaders[i], rawHeaders[i + 1]);
    } catch {}
  }
  return headers;
}
