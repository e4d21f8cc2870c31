/**
 * The opening handshake of a client as `ws` does it: by node:http or node:https with whatever of their
 * options the caller gives, redirects if asked for, and the events `upgrade`, `redirect` and
 * `unexpected-response`. What the answer must be is RFC 6455, section 4.1; the sentences are those
 * that programs for `ws` match on.
 */
import type { EventEmitter } from "node:events";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { connect as connectNet, isIP, type NetConnectOpts } from "node:net";
import { unescape as unescapeText } from "node:querystring";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { acceptFor, isSubprotocol, newKey } from "../protocol/handshake.ts";
import { type SocketOptions, socketDefaults } from "./connection-settings.ts";
import { extension } from "./extension.ts";
import { PerMessageDeflate, type PerMessageDeflateOptions } from "./permessage-deflate.ts";

type Headers = Record<string, string | number | readonly string[] | undefined>;

/** The options of `ws` for a client; every other one goes to node:http as it is. */
export interface ClientOptions extends SocketOptions, Omit<RequestOptions, "headers"> {
  readonly protocols?: string | readonly string[] | undefined;
  readonly headers?: Headers | undefined;
  readonly origin?: string | undefined;
  readonly protocolVersion?: number | undefined;
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  readonly followRedirects?: boolean | undefined;
  readonly maxRedirects?: number | undefined;
  /** Milliseconds. */
  readonly handshakeTimeout?: number | undefined;
  readonly finishRequest?: ((request: ClientRequest, websocket: unknown) => void) | undefined;
}

/** Whose handshake it is. */
export interface Dialling extends EventEmitter {
  _readyState: number;
  _protocol: string;
  _extensions: Readonly<Record<string, PerMessageDeflate>>;
  setSocket(socket: Duplex, head: Uint8Array, options: SocketOptions): void;
  emitClose(): void;
}

const CONNECTING = 0;
const CLOSING = 2;
const versions: readonly unknown[] = [8, 13];
const ownDefaults = {
  protocolVersion: 13,
  perMessageDeflate: true,
  followRedirects: false,
  maxRedirects: 10,
} as const;
const defaults: typeof socketDefaults & typeof ownDefaults = { ...socketDefaults, ...ownDefaults };

export function toList(protocols: string | readonly string[] | undefined): readonly string[] {
  if (protocols === undefined) return [];
  return Array.isArray(protocols) ? protocols : [protocols as string]; // what is neither is refused later
}

/** Where the first request of a chain of redirects went. */
interface Origin {
  readonly isIpc: boolean;
  readonly isSecure: boolean;
  readonly place: string | undefined;
}

export class ClientHandshake {
  readonly #ws: Dialling;
  readonly #protocols: readonly string[];
  readonly options: ClientOptions & typeof defaults;
  #key = "";
  #url: URL;
  #request: ClientRequest | null = null;
  #deflate: PerMessageDeflate | undefined;
  #origin: Origin | undefined;
  #redirects = 0;
  /** The headers of the caller, without what a redirect to elsewhere must not see. */
  #headers: Headers;
  #isAborted = false;

  /** @throws {SyntaxError | RangeError} for what the caller got wrong */
  constructor(
    ws: Dialling,
    address: string | URL,
    protocols: readonly string[],
    options: ClientOptions,
  ) {
    this.#ws = ws;
    this.options = { ...defaults, ...options } as ClientOptions & typeof defaults;
    checkVersion(this.options.protocolVersion);
    this.#url = toUrl(address);
    checkUrl(this.#url);
    checkProtocols(protocols);
    this.#protocols = protocols;
    this.#headers = { ...this.options.headers };
  }

  get url(): string {
    return this.#url.href;
  }

  get request(): ClientRequest | null {
    return this.#request;
  }

  /** The connection is made. */
  finish(): void {
    this.#request = null;
  }

  start(): void {
    const { finishRequest, followRedirects } = this.options;
    this.#key = newKey(nodeRuntime);
    const options = this.#requestOptions();
    if (followRedirects) this.#rememberOrigin(options);
    const request = this.#isSecure ? requestHttps(options) : requestHttp(options);
    this.#request = request;
    if (this.#redirects > 0) this.#ws.emit("redirect", this.url, request);
    this.#listen(request);
    if (finishRequest) finishRequest(request, this.#ws);
    else request.end();
  }

  get #isSecure(): boolean {
    return this.#url.protocol === "wss:";
  }

  get #isIpc(): boolean {
    return this.#url.protocol === "ws+unix:";
  }

  #requestOptions(): RequestOptions {
    const url = this.#url;
    const port = this.#isSecure ? 443 : 80;
    const { createConnection = this.#isSecure ? connectSecurely : connectPlainly } = this.options;
    const path = url.pathname + url.search;
    const colon = path.indexOf(":");
    const [socketPath, target] = !this.#isIpc
      ? [undefined, path]
      : colon === -1
        ? [path, ""]
        : [path.slice(0, colon), path.slice(colon + 1)];
    return {
      ...this.options,
      createConnection: createConnection as NonNullable<RequestOptions["createConnection"]>,
      defaultPort: this.options.defaultPort ?? port,
      method: "GET",
      host: url.hostname.replace(/^\[|\]$/g, ""),
      hostname: undefined,
      port: url.port || port,
      path: target,
      socketPath,
      protocol: undefined,
      timeout: this.options.handshakeTimeout,
      headers: this.#requestHeaders(),
      auth: credentials(url) ?? this.options.auth,
    } as RequestOptions;
  }

  #requestHeaders(): Headers {
    const { origin, protocolVersion, perMessageDeflate } = this.options;
    const headers: Headers = {
      ...this.#headers,
      "Sec-WebSocket-Version": protocolVersion,
      "Sec-WebSocket-Key": this.#key,
      Connection: "Upgrade",
      Upgrade: "websocket",
    };
    if (perMessageDeflate) {
      headers["Sec-WebSocket-Extensions"] = this.#offerDeflate(perMessageDeflate);
    }
    if (this.#protocols.length > 0) headers["Sec-WebSocket-Protocol"] = this.#protocols.join(",");
    if (origin) headers[protocolVersion < 13 ? "Sec-WebSocket-Origin" : "Origin"] = origin;
    return headers;
  }

  #offerDeflate(options: true | PerMessageDeflateOptions): string {
    const { maxPayload } = this.options;
    const chosen = options === true ? {} : options;
    this.#deflate = new PerMessageDeflate({ ...chosen, isServer: false, maxPayload });
    return extension.format({ [PerMessageDeflate.extensionName]: { ...this.#deflate.offer() } });
  }

  /** Credentials stay with the host that they were meant for, unless a `redirect` listener decides. */
  #rememberOrigin(options: RequestOptions): void {
    const { auth, socketPath } = options;
    const place = this.#isIpc ? (socketPath ?? undefined) : this.#url.host;
    if (this.#origin === undefined) {
      this.#origin = { isIpc: this.#isIpc, isSecure: this.#isSecure, place };
      this.#headers = lowerCased(this.#headers);
    } else if (this.#ws.listenerCount("redirect") === 0) {
      const isSame = this.#origin.isIpc === this.#isIpc && this.#origin.place === place;
      if (!isSame || (this.#origin.isSecure && !this.#isSecure)) dropSecrets(options, isSame);
    }
    const authorization = this.#headers.authorization;
    if (options.auth && auth && !authorization) {
      this.#headers.authorization = `Basic ${Buffer.from(auth).toString("base64")}`;
    }
  }

  #listen(request: ClientRequest): void {
    if (this.options.handshakeTimeout) {
      request.on("timeout", () => this.abort("Opening handshake has timed out"));
    }
    request.on("error", (error) => {
      if (this.#request !== request || this.#isAborted) return;
      this.#request = null;
      this.#fail(error);
    });
    request.on("response", (response) => this.#takeResponse(request, response));
    request.on("upgrade", (response, socket, head) => this.#takeUpgrade(response, socket, head));
  }

  #takeResponse(request: ClientRequest, response: IncomingMessage): void {
    const { statusCode = 0, headers } = response;
    const { location } = headers;
    const { followRedirects, maxRedirects } = this.options;
    if (location && followRedirects && statusCode >= 300 && statusCode < 400) {
      if (++this.#redirects > maxRedirects) return this.abort("Maximum redirects exceeded");
      this.#request = null;
      request.destroy();
      return this.#redirect(location);
    }
    if (this.#ws.emit("unexpected-response", request, response)) return;
    this.abort(`Unexpected server response: ${statusCode}`);
  }

  #redirect(location: string): void {
    try {
      const url = URL.canParse(location, this.#url.href) ? new URL(location, this.#url) : undefined;
      if (url === undefined) throw new SyntaxError(`Invalid URL: ${location}`);
      this.#url = toUrl(url);
      checkUrl(this.#url);
    } catch (error) {
      return this.#fail(error as Error); // nothing else is thrown there
    }
    this.start();
  }

  #takeUpgrade(response: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#ws.emit("upgrade", response);
    // A listener may have closed it.
    if (this.#ws._readyState !== CONNECTING) return;
    this.#request = null;
    const fault = this.#checkAnswer(response) ?? this.#acceptExtensions(response);
    if (fault !== undefined) return this.#refuse(socket, fault);
    this.#ws.setSocket(socket, head, this.options);
  }

  /** RFC 6455, section 4.1: what "the client MUST _Fail the WebSocket Connection_" for. */
  #checkAnswer({ headers }: IncomingMessage): string | undefined {
    if (headers.upgrade?.toLowerCase() !== "websocket") return "Invalid Upgrade header";
    if (headers["sec-websocket-accept"] !== acceptFor(this.#key, nodeRuntime)) {
      return "Invalid Sec-WebSocket-Accept header";
    }
    const protocol = headers["sec-websocket-protocol"];
    const isOffered = this.#protocols.length > 0;
    if (protocol === undefined) return isOffered ? "Server sent no subprotocol" : undefined;
    if (!isOffered) return "Server sent a subprotocol but none was requested";
    if (!this.#protocols.includes(protocol)) return "Server sent an invalid subprotocol";
    this.#ws._protocol = protocol;
    return undefined;
  }

  #acceptExtensions({ headers }: IncomingMessage): string | undefined {
    const value = headers["sec-websocket-extensions"];
    if (value === undefined) return undefined;
    const deflate = this.#deflate;
    if (deflate === undefined) {
      return "Server sent a Sec-WebSocket-Extensions header but no extension was requested";
    }
    const { extensionName } = PerMessageDeflate;
    try {
      const extensions = extension.parse(value);
      if (Object.keys(extensions).join() !== extensionName) {
        return "Server indicated an extension that was not requested";
      }
      deflate.accept(extensions[extensionName] ?? []);
    } catch {
      return "Invalid Sec-WebSocket-Extensions header";
    }
    this.#ws._extensions = { [extensionName]: deflate };
    return undefined;
  }

  /** Gives up a request that is under way. */
  abort(message: string): void {
    this.#ws._readyState = CLOSING;
    this.#isAborted = true;
    const request = this.#request;
    request?.destroy();
    request?.socket?.destroy();
    process.nextTick(() => this.#fail(new Error(message)));
  }

  /** The answer came, and is wrong. */
  #refuse(socket: Duplex, message: string): void {
    this.#ws._readyState = CLOSING;
    const error = new Error(message);
    socket.once("error", () => this.#ws.emit("error", error));
    socket.once("close", () => this.#ws.emitClose());
    socket.destroy(error);
  }

  #fail(error: Error): void {
    this.#ws._readyState = CLOSING;
    this.#ws.emit("error", error);
    this.#ws.emitClose();
  }
}

function checkVersion(version: unknown): void {
  if (versions.includes(version)) return;
  const known = versions.join(", ");
  throw new RangeError(`Unsupported protocol version: ${version} (supported versions: ${known})`);
}

function toUrl(address: string | URL): URL {
  if (!(address instanceof URL) && !URL.canParse(address)) {
    throw new SyntaxError(`Invalid URL: ${address}`);
  }
  const url = new URL(address);
  if (url.protocol === "http:") url.protocol = "ws:";
  else if (url.protocol === "https:") url.protocol = "wss:";
  return url;
}

function checkUrl({ protocol, pathname, hash }: URL): void {
  if (!["ws:", "wss:", "ws+unix:"].includes(protocol)) {
    throw new SyntaxError(
      'The URL\'s protocol must be one of "ws:", "wss:", "http:", "https:", or "ws+unix:"',
    );
  }
  if (protocol === "ws+unix:" && pathname === "") {
    throw new SyntaxError("The URL's pathname is empty");
  }
  if (hash !== "") throw new SyntaxError("The URL contains a fragment identifier");
}

function checkProtocols(protocols: readonly unknown[]): void {
  const isWrong = (name: unknown, index: number): boolean =>
    typeof name !== "string" || !isSubprotocol(name) || protocols.indexOf(name) !== index;
  if (protocols.some(isWrong)) {
    throw new SyntaxError("An invalid or duplicated subprotocol was specified");
  }
}

function credentials({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `${unescapeText(username)}:${unescapeText(password)}`;
}

function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function dropSecrets(options: RequestOptions, isSamePlace: boolean): void {
  const headers = options.headers as Headers; // as #requestHeaders made them
  delete headers.authorization;
  delete headers.cookie;
  if (!isSamePlace) delete headers.host;
  delete options.auth;
}

function connectPlainly(options: NetConnectOpts & { socketPath?: string }): Duplex {
  return connectNet({ ...options, path: options.socketPath } as NetConnectOpts);
}

function connectSecurely(options: ConnectionOptions): Duplex {
  const { servername, host = "" } = options;
  const name = servername || servername === "" ? servername : isIP(host) ? "" : host;
  return connectTls({ ...options, path: undefined, servername: name } as ConnectionOptions);
}
