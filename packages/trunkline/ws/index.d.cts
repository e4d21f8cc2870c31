// The types of `trunkline/ws`. They are written by hand, because the class is also a namespace of types,
// as programs know it from `@types/ws`: what compiles with that compiles with this, and what `ws` has
// besides is here too. tests/ws-types/ holds them to it.
import { EventEmitter } from "events";
import type {
  Agent,
  ClientRequest,
  ClientRequestArgs,
  Server as HttpServer,
  IncomingMessage,
  OutgoingHttpHeaders,
} from "http";
import type { Server as HttpsServer } from "https";
import type { createConnection } from "net";
import { type Duplex, type DuplexOptions, Writable } from "stream";
import type { SecureContextOptions } from "tls";
import type { URL } from "url";
import type { ZlibOptions } from "zlib";

/** What `Buffer.from` takes, a Blob, and a number. */
type Sendable =
  | string
  | number
  | Blob
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | readonly any[]
  | { valueOf(): ArrayBuffer | SharedArrayBuffer | Uint8Array | readonly number[] | string }
  | { [Symbol.toPrimitive](hint: string): string };

type Listener<Self, Args extends unknown[]> = (this: Self, ...args: Args) => void;
type EventListenerOf<E> = ((event: E) => void) | { handleEvent(event: E): void };

declare class WebSocket extends EventEmitter {
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSING: 2;
  static readonly CLOSED: 3;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;

  /** How binary messages come. Default: "nodebuffer". "blob" can be set as well. */
  get binaryType(): "nodebuffer" | "arraybuffer" | "fragments";
  set binaryType(type: "nodebuffer" | "arraybuffer" | "fragments" | "blob");
  /** Bytes that the system has not taken yet, headers of frames among them. */
  readonly bufferedAmount: number;
  /** The names of the extensions in use, or "". */
  readonly extensions: string;
  readonly isPaused: boolean;
  /** The subprotocol in use, or "". */
  readonly protocol: string;
  readonly readyState: 0 | 1 | 2 | 3;
  /** Of a client. */
  readonly url: string;

  onopen: ((event: WebSocket.Event) => void) | null;
  onerror: ((event: WebSocket.ErrorEvent) => void) | null;
  onclose: ((event: WebSocket.CloseEvent) => void) | null;
  onmessage: ((event: WebSocket.MessageEvent) => void) | null;

  /** For a server's socket: `setSocket` opens it. */
  constructor(address: null, protocols?: undefined, options?: object);
  constructor(address: string | URL, options?: WebSocket.ClientOptions | ClientRequestArgs);
  constructor(
    address: string | URL,
    protocols?: string | string[],
    options?: WebSocket.ClientOptions | ClientRequestArgs,
  );

  /**
   * Starts the closing handshake.
   * @throws {TypeError | RangeError} for a code that must not be sent, or a reason over 123 bytes
   */
  close(code?: number, data?: string | Buffer | Uint8Array): void;
  /** @throws {RangeError} over 125 bytes. @throws {Error} while connecting */
  ping(data?: any, mask?: boolean, cb?: (err: Error) => void): void;
  ping(data: any, cb: (err?: Error) => void): void;
  ping(cb: (err?: Error) => void): void;
  /** @throws {RangeError} over 125 bytes. @throws {Error} while connecting */
  pong(data?: any, mask?: boolean, cb?: (err: Error) => void): void;
  pong(data: any, cb: (err?: Error) => void): void;
  pong(cb: (err?: Error) => void): void;
  /** Sends a message. `cb` is called once it was written out, or with the reason why not. @throws {Error} while connecting */
  send(data: Sendable, cb?: (err?: Error) => void): void;
  send(data: Sendable, options: WebSocket.SendOptions, cb?: (err?: Error) => void): void;
  /** Drops the connection at once. */
  terminate(): void;
  /** Stops reading; nothing before the connection is open and after it is closed. */
  pause(): void;
  resume(): void;

  addEventListener<K extends keyof WebSocket.WebSocketEventMap>(
    type: K,
    listener: EventListenerOf<WebSocket.WebSocketEventMap[K]>,
    options?: WebSocket.EventListenerOptions,
  ): void;
  removeEventListener<K extends keyof WebSocket.WebSocketEventMap>(
    type: K,
    listener: EventListenerOf<WebSocket.WebSocketEventMap[K]>,
  ): void;

  on<K extends keyof WebSocket.SocketEvents>(
    event: K,
    listener: Listener<this, WebSocket.SocketEvents[K]>,
  ): this;
  on(event: string | symbol, listener: Listener<this, any[]>): this;
  once<K extends keyof WebSocket.SocketEvents>(
    event: K,
    listener: Listener<this, WebSocket.SocketEvents[K]>,
  ): this;
  once(event: string | symbol, listener: Listener<this, any[]>): this;
  off<K extends keyof WebSocket.SocketEvents>(
    event: K,
    listener: Listener<this, WebSocket.SocketEvents[K]>,
  ): this;
  off(event: string | symbol, listener: Listener<this, any[]>): this;
  addListener<K extends keyof WebSocket.SocketEvents>(
    event: K,
    listener: (...args: WebSocket.SocketEvents[K]) => void,
  ): this;
  addListener(event: string | symbol, listener: (...args: any[]) => void): this;
  removeListener<K extends keyof WebSocket.SocketEvents>(
    event: K,
    listener: (...args: WebSocket.SocketEvents[K]) => void,
  ): this;
  removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
}

declare const SocketClass: typeof WebSocket;
interface SocketClass extends WebSocket {}

declare namespace WebSocket {
  /** A message as its listeners get it: texts are Buffers too. With `binaryType` "blob" it is a Blob. */
  type RawData = Buffer | ArrayBuffer | Buffer[];
  /** A message as listeners of the browser's kind get it. */
  type Data = string | Buffer | ArrayBuffer | Buffer[];
  type CertMeta = string | string[] | Buffer | Buffer[];

  interface SendOptions {
    /** Whether the message is binary. Default: whether `data` is no string. */
    binary?: boolean | undefined;
    /** Whether it may be compressed. Default: true. */
    compress?: boolean | undefined;
    /** Whether it is the last fragment of its message. Default: true. */
    fin?: boolean | undefined;
    /** Whether it is masked. Default: true for a client. */
    mask?: boolean | undefined;
  }

  /** The arguments of a socket's events. */
  interface SocketEvents {
    close: [code: number, reason: Buffer];
    error: [error: Error];
    message: [data: RawData, isBinary: boolean];
    open: [];
    ping: [data: Buffer];
    pong: [data: Buffer];
    redirect: [url: string, request: ClientRequest];
    "unexpected-response": [request: ClientRequest, response: IncomingMessage];
    upgrade: [response: IncomingMessage];
  }

  type VerifyClientCallbackSync<Request extends IncomingMessage = IncomingMessage> = (info: {
    origin: string;
    secure: boolean;
    req: Request;
  }) => boolean;
  type VerifyClientCallbackAsync<Request extends IncomingMessage = IncomingMessage> = (
    info: { origin: string; secure: boolean; req: Request },
    callback: (
      res: boolean,
      code?: number,
      message?: string,
      headers?: OutgoingHttpHeaders,
    ) => void,
  ) => void;
  /** Ends the request, and may change its headers before. */
  type FinishRequestCallback = (request: ClientRequest, websocket: WebSocket) => void;

  /** What client and server have in common. */
  interface ReceiveOptions {
    /** Whether several events may come in one turn. Default: true. */
    allowSynchronousEvents?: boolean | undefined;
    /** Whether pings are answered. Default: true. */
    autoPong?: boolean | undefined;
    /** Milliseconds that a closing handshake may take. Default: 30000. */
    closeTimeout?: number | undefined;
    /** Bytes of a message; 0 is any number. Default: 104857600. */
    maxPayload?: number | undefined;
    /** Frames of a message; 0 is any number. Default: 16384. */
    maxFragments?: number | undefined;
    /** Reads that the payload of a frame may come in; 0 is any number. Default: 262144. */
    maxBufferedChunks?: number | undefined;
    /** Automatic pongs that have not left; one more drops the connection. 0 is any number. Default: 60. */
    maxPendingAutoPongs?: number | undefined;
    /** Whether texts are taken as they are. Default: false. */
    skipUTF8Validation?: boolean | undefined;
    perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  }

  interface ClientOptions extends SecureContextOptions, ReceiveOptions {
    protocol?: string | undefined;
    protocols?: string | string[] | undefined;
    followRedirects?: boolean | undefined;
    maxRedirects?: number | undefined;
    generateMask?(mask: Buffer): void;
    handshakeTimeout?: number | undefined;
    localAddress?: string | undefined;
    protocolVersion?: number | undefined;
    headers?: { [key: string]: string } | undefined;
    origin?: string | undefined;
    agent?: Agent | undefined;
    auth?: string | undefined;
    host?: string | undefined;
    family?: number | undefined;
    checkServerIdentity?(servername: string, cert: CertMeta): boolean;
    rejectUnauthorized?: boolean | undefined;
    createConnection?: typeof createConnection | undefined;
    finishRequest?: FinishRequestCallback | undefined;
  }

  interface PerMessageDeflateOptions {
    serverNoContextTakeover?: boolean | undefined;
    clientNoContextTakeover?: boolean | undefined;
    serverMaxWindowBits?: number | undefined;
    clientMaxWindowBits?: number | undefined;
    /** `level`, `memLevel`, `strategy` and `dictionary` have an effect. */
    zlibDeflateOptions?: ZlibOptions | undefined;
    /** `dictionary` has an effect. */
    zlibInflateOptions?: ZlibOptions | undefined;
    /** Bytes below which a message goes out plain where no context is taken over. Default: 1024. */
    threshold?: number | undefined;
    /** Has no effect: nothing is compressed at the same time. */
    concurrencyLimit?: number | undefined;
  }

  interface Event {
    type: string;
    target: WebSocket;
  }
  interface ErrorEvent extends Event {
    error: any;
    message: string;
  }
  interface CloseEvent extends Event {
    wasClean: boolean;
    code: number;
    reason: string;
  }
  interface MessageEvent extends Event {
    data: Data;
  }
  interface WebSocketEventMap {
    open: Event;
    error: ErrorEvent;
    close: CloseEvent;
    message: MessageEvent;
  }
  interface EventListenerOptions {
    once?: boolean | undefined;
  }

  interface ServerOptions<
    U extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket,
    V extends typeof IncomingMessage = typeof IncomingMessage,
  > extends ReceiveOptions {
    host?: string | undefined;
    port?: number | undefined;
    backlog?: number | undefined;
    server?: HttpServer<V> | HttpsServer<V> | undefined;
    noServer?: boolean | undefined;
    path?: string | undefined;
    clientTracking?: boolean | undefined;
    verifyClient?:
      | VerifyClientCallbackAsync<InstanceType<V>>
      | VerifyClientCallbackSync<InstanceType<V>>
      | undefined;
    handleProtocols?: (protocols: Set<string>, request: InstanceType<V>) => string | false;
    WebSocket?: U | undefined;
  }

  interface AddressInfo {
    address: string;
    family: string;
    port: number;
  }

  /** The arguments of a server's events. */
  interface ServerEvents<Socket, Request> {
    close: [];
    connection: [websocket: Socket, request: Request];
    error: [error: Error];
    headers: [headers: string[], request: Request];
    listening: [];
    wsClientError: [error: Error, socket: Duplex, request: Request];
  }

  class Server<
    T extends typeof WebSocket.WebSocket = typeof WebSocket.WebSocket,
    U extends typeof IncomingMessage = typeof IncomingMessage,
  > extends EventEmitter {
    options: ServerOptions<T, U>;
    path: string;
    /** The open sockets, unless `clientTracking` is false. */
    clients: Set<InstanceType<T>>;

    constructor(options?: ServerOptions<T, U>, callback?: () => void);

    address(): AddressInfo | string | null;
    close(cb?: (err?: Error) => void): void;
    handleUpgrade(
      request: InstanceType<U>,
      socket: Duplex,
      upgradeHead: Buffer,
      callback: (client: InstanceType<T>, request: InstanceType<U>) => void,
    ): void;
    shouldHandle(request: InstanceType<U>): boolean | Promise<boolean>;

    on<K extends keyof ServerEvents<unknown, unknown>>(
      event: K,
      listener: Listener<this, ServerEvents<InstanceType<T>, InstanceType<U>>[K]>,
    ): this;
    on(event: string | symbol, listener: Listener<this, any[]>): this;
    once<K extends keyof ServerEvents<unknown, unknown>>(
      event: K,
      listener: Listener<this, ServerEvents<InstanceType<T>, InstanceType<U>>[K]>,
    ): this;
    once(event: string | symbol, listener: Listener<this, any[]>): this;
    off<K extends keyof ServerEvents<unknown, unknown>>(
      event: K,
      listener: Listener<this, ServerEvents<InstanceType<T>, InstanceType<U>>[K]>,
    ): this;
    off(event: string | symbol, listener: Listener<this, any[]>): this;
    addListener<K extends keyof ServerEvents<unknown, unknown>>(
      event: K,
      listener: (...args: ServerEvents<InstanceType<T>, InstanceType<U>>[K]) => void,
    ): this;
    addListener(event: string | symbol, listener: (...args: any[]) => void): this;
    removeListener<K extends keyof ServerEvents<unknown, unknown>>(
      event: K,
      listener: (...args: ServerEvents<InstanceType<T>, InstanceType<U>>[K]) => void,
    ): this;
    removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
  }

  const WebSocketServer: typeof Server;
  interface WebSocketServer extends Server {}

  const WebSocket: typeof SocketClass;
  interface WebSocket extends SocketClass {}

  /** A socket as a stream of its messages. */
  function createWebSocketStream(websocket: WebSocket, options?: DuplexOptions): Duplex;

  /** Sec-WebSocket-Extensions as offers by name. */
  const extension: {
    /** @throws {SyntaxError} */
    parse(header: string): Record<string, Record<string, (string | true)[]>[]>;
    format(extensions: Record<string, object | object[]>): string;
  };
  /** Sec-WebSocket-Protocol as names. */
  const subprotocol: {
    /** @throws {SyntaxError} */
    parse(header: string): Set<string>;
  };

  class PerMessageDeflate {
    static readonly extensionName: "permessage-deflate";
    readonly params: Record<string, number | true> | null;
    constructor(options?: PerMessageDeflateOptions & { isServer?: boolean; maxPayload?: number });
    offer(): Record<string, number | true>;
    /** @throws {Error} for what breaks a rule, or none of which can be kept */
    accept(configurations: Record<string, (string | true)[]>[]): Record<string, number | true>;
    compress(
      data: Buffer | string,
      fin: boolean,
      callback: (err: Error | null, data: Buffer) => void,
    ): void;
    decompress(
      data: Buffer,
      fin: boolean,
      callback: (err: Error | null, data: Buffer) => void,
    ): void;
    cleanup(): void;
  }

  /** Bytes of a peer in; "message", "ping", "pong" and "conclude" out. */
  class Receiver extends Writable {
    constructor(
      options?: ReceiveOptions & {
        binaryType?: "nodebuffer" | "arraybuffer" | "fragments" | "blob" | undefined;
        extensions?: Record<string, PerMessageDeflate> | undefined;
        isServer?: boolean | undefined;
      },
    );
  }

  interface FrameOptions {
    opcode: number;
    fin?: boolean | undefined;
    mask?: boolean | undefined;
    maskBuffer?: Buffer | undefined;
    generateMask?: ((mask: Buffer) => void) | undefined;
    readOnly?: boolean | undefined;
    rsv1?: boolean | undefined;
  }

  /** Frames to a socket. */
  class Sender {
    /** The pieces of a frame. */
    static frame(data: Buffer | string, options: FrameOptions): Buffer[];
    constructor(
      socket: Duplex,
      extensions?: Record<string, PerMessageDeflate>,
      generateMask?: (mask: Buffer) => void,
    );
    close(code?: number, data?: string | Buffer, mask?: boolean, cb?: (err?: Error) => void): void;
    ping(data: any, mask?: boolean, cb?: (err?: Error) => void): void;
    pong(data: any, mask?: boolean, cb?: (err?: Error) => void): void;
    send(data: Sendable, options: SendOptions, cb?: (err?: Error) => void): void;
    sendFrame(list: (Buffer | string)[], cb?: (err?: Error) => void): void;
  }
}

export = WebSocket;
