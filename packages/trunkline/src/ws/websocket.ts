/**
 * The class `WebSocket` of `ws`: an EventEmitter around a `Connection`, which does everything that is
 * RFC 6455. What is here is what `ws` documents: events and their arguments, options, callbacks.
 *
 * Names with an underscore are not documented there, but packages touch them; docs/ws.md lists each
 * with who does. Everything else is in a `Link`, so that a subclass may call its members what it likes.
 * The `Link` has a name that no subclass takes. It is not a `#private` member, and there are no such
 * methods, because `ws` works behind a `Proxy`, whose `this` has none.
 */
import { EventEmitter } from "node:events";
import type { ClientRequest } from "node:http";
import type { Duplex } from "node:stream";
import {
  type CloseInfo,
  Connection,
  type ConnectionError,
  type ConnectionOwner,
} from "../connection/connection.ts";
import { openTransport } from "../connection/transports.ts";
import { ABNORMAL_CLOSURE } from "../protocol/close.ts";
import { ClientHandshake, type ClientOptions, toList } from "./client-handshake.ts";
import { boundOf, type SocketOptions, settingsFor } from "./connection-settings.ts";
import {
  addListener,
  attributeOf,
  type Listener,
  removeListener,
  setAttribute,
} from "./listeners.ts";
import { type BinaryType, EMPTY, isBinaryType, isBlob, toBuffer, toRawData } from "./payload.ts";
import { PerMessageDeflate } from "./permessage-deflate.ts";
import { receiveError } from "./receive-error.ts";
import { ReceiverView } from "./receiver-view.ts";
import {
  checkControlSize,
  closeReason,
  type MessageOptions,
  Sender,
  type WriteCallback,
} from "./sender.ts";

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;
const stateNames = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] as const;
const states = Object.fromEntries(
  stateNames.map((name, value) => [name, { value, enumerable: true }]),
);

type ReadyState = 0 | 1 | 2 | 3;
type Extensions = Readonly<Record<string, PerMessageDeflate>>;

const NONE: Extensions = Object.freeze({});
const NO_OPTIONS: MessageOptions = Object.freeze({});

export class WebSocket extends EventEmitter {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  _isServer: boolean;
  _readyState: ReadyState = CONNECTING;
  _protocol = "";
  _extensions: Extensions = NONE;
  _closeCode: number = ABNORMAL_CLOSURE;
  _closeMessage: Buffer = EMPTY;
  _closeFrameReceived = false;
  _closeFrameSent = false;
  private readonly _trunkline: Link;

  constructor(
    address: string | URL | null,
    protocols?: string | readonly string[] | ClientOptions,
    options?: ClientOptions,
  ) {
    super();
    if (address === null) {
      this._isServer = true;
      this._trunkline = new Link(this, options ?? {});
      return;
    }
    this._isServer = false;
    const bag = isOptions(protocols) ? protocols : options;
    const given = protocols === undefined || isOptions(protocols) ? bag?.protocols : protocols;
    const handshake = new ClientHandshake(this, address, toList(given), bag ?? {});
    this._trunkline = new Link(this, handshake.options, handshake);
    handshake.start();
  }

  static {
    Object.defineProperties(WebSocket, states);
    Object.defineProperties(WebSocket.prototype, states);
  }

  /**
   * The stream below. Who takes it may end it, destroy it or write to it, and counts on that what was
   * sent before is on its way.
   */
  get _socket(): Duplex | null {
    const { connection, socket } = this._trunkline;
    connection?.handOver();
    return socket;
  }

  /** Not documented: where a request that is under way can be found. */
  get _req(): ClientRequest | null {
    return this._trunkline.handshake?.request ?? null;
  }

  get _url(): string | undefined {
    return this._trunkline.handshake?.url;
  }

  get _sender(): Sender | null {
    return this._trunkline.openSender();
  }

  get _receiver(): ReceiverView | null {
    return this._trunkline.openReceiver();
  }

  get binaryType(): BinaryType {
    return this._trunkline.binaryType;
  }

  set binaryType(type: BinaryType) {
    if (!isBinaryType(type)) return;
    const link = this._trunkline;
    const cutting = type === "fragments";
    if (link.connection !== undefined && cutting !== (link.binaryType === "fragments")) {
      link.connection.cutting = cutting;
    }
    link.binaryType = type;
  }

  /** "If the data is immediately sent the value is 0": what leaves at the end of the turn counts as sent. */
  get bufferedAmount(): number {
    const { connection, sender, discarded } = this._trunkline;
    const queued = connection?.blocked ? connection.bufferedAmount : 0;
    return queued + (sender?._bufferedBytes ?? 0) + discarded;
  }

  get extensions(): string {
    return Object.keys(this._extensions).join();
  }

  get isPaused(): boolean {
    return this._trunkline.paused;
  }

  get protocol(): string {
    return this._protocol;
  }

  get readyState(): ReadyState {
    return this._readyState;
  }

  get url(): string | undefined {
    return this._url;
  }

  get onopen(): unknown {
    return attributeOf(this, "open");
  }

  set onopen(listener: unknown) {
    setAttribute(this, "open", listener);
  }

  get onerror(): unknown {
    return attributeOf(this, "error");
  }

  set onerror(listener: unknown) {
    setAttribute(this, "error", listener);
  }

  get onclose(): unknown {
    return attributeOf(this, "close");
  }

  set onclose(listener: unknown) {
    setAttribute(this, "close", listener);
  }

  get onmessage(): unknown {
    return attributeOf(this, "message");
  }

  set onmessage(listener: unknown) {
    setAttribute(this, "message", listener);
  }

  addEventListener(type: string, listener: Listener, options?: { readonly once?: boolean }): void {
    addListener(this, type, listener, { once: options?.once === true });
  }

  removeEventListener(type: string, listener: Listener): void {
    removeListener(this, type, listener);
  }

  /** Not documented, but called by who makes the streams itself: the handshake is done on `socket`. */
  setSocket(socket: Duplex, head: Uint8Array, options: SocketOptions): void {
    this._trunkline.open(socket, head, options);
    this._readyState = OPEN;
    this.emit("open");
  }

  /** Sends a message, or with `fin: false` a fragment of one. */
  send(data: unknown, options?: MessageOptions | WriteCallback, callback?: WriteCallback): void {
    refuseConnecting(this._readyState);
    const [bag, done] =
      typeof options === "function" ? [NO_OPTIONS, options] : [options ?? NO_OPTIONS, callback];
    const message = messageOf(data);
    const link = this._trunkline;
    if (this._readyState !== OPEN) return link.discard(message, done);
    const connection = link.connection;
    if (connection === undefined) return;
    const { binary = bag !== NO_OPTIONS && "binary" in bag ? false : typeof message !== "string" } =
      bag;
    if (!link.isPlain(bag) || isBlob(message)) return link.sendByHand(message, bag, binary, done);
    // What may be compressed is, as far as the codec's threshold goes.
    const compress = (bag.compress ?? !("compress" in bag)) ? undefined : false;
    const isSent =
      typeof message === "string" && !binary
        ? connection.send(message, compress)
        : binary
          ? connection.send(toBuffer(message), compress)
          : connection.sendUtf8(toBuffer(message), compress);
    if (done === undefined) return;
    if (isSent) connection.whenWritten(done);
    // No queue is bounded here: the codec failed, which is thrown elsewhere.
    else process.nextTick(done, new Error("The message could not be compressed"));
  }

  ping(data?: unknown, mask?: boolean | WriteCallback, callback?: WriteCallback): void {
    control(this, this._trunkline, "ping", data, mask, callback);
  }

  pong(data?: unknown, mask?: boolean | WriteCallback, callback?: WriteCallback): void {
    control(this, this._trunkline, "pong", data, mask, callback);
  }

  /**
   * Starts the closing handshake.
   * @throws {TypeError | RangeError} for a code or reason that a Close cannot carry
   */
  close(code?: number, data?: string | Uint8Array): void {
    if (this._readyState === CONNECTING) return this._trunkline.abort();
    if (this._readyState !== OPEN) return;
    const reason = closeReason(code, data);
    this._readyState = CLOSING;
    const { connection, sender } = this._trunkline;
    const close = (): void => {
      connection?.close(code, reason);
      // Rare, and often the last thing before the stream is destroyed by who holds it.
      connection?.handOver();
      this._closeFrameSent = true;
    };
    if (sender === undefined) close();
    else sender.after(close);
  }

  /** Drops the connection at once. */
  terminate(): void {
    if (this._readyState === CLOSED) return;
    if (this._readyState === CONNECTING) return this._trunkline.abort();
    const { connection } = this._trunkline;
    if (connection === undefined) return;
    this._readyState = CLOSING;
    // What was sent goes first, as with `ws`, which writes at the call.
    connection.handOver();
    connection.terminate();
  }

  pause(): void {
    if (this._readyState === CONNECTING || this._readyState === CLOSED) return;
    const link = this._trunkline;
    link.paused = true;
    link.connection?.pause();
  }

  resume(): void {
    if (this._readyState === CONNECTING || this._readyState === CLOSED) return;
    const link = this._trunkline;
    link.paused = false;
    link.connection?.resume();
  }

  /** Not documented: the end of a handshake that failed, and of a connection. */
  emitClose(): void {
    this._readyState = CLOSED;
    this.emit("close", this._closeCode, this._closeMessage);
  }
}

const enumerable = [
  "binaryType",
  "bufferedAmount",
  "extensions",
  "isPaused",
  "protocol",
  "readyState",
];
const listening = ["addEventListener", "removeEventListener"];
for (const name of [
  ...enumerable,
  ...listening,
  "url",
  "onopen",
  "onerror",
  "onclose",
  "onmessage",
]) {
  Object.defineProperty(WebSocket.prototype, name, { enumerable: true });
}

/**
 * What a WebSocket keeps for itself, and what its connection tells as its events. The tag keeps the
 * proxies of Vue away from it: they wrap what a proxied object holds, unless it has one of its own.
 */
class Link implements ConnectionOwner {
  declare readonly [Symbol.toStringTag]: "Link";
  readonly #ws: WebSocket;
  /** The constructor's. */
  readonly #options: SocketOptions;
  readonly handshake: ClientHandshake | undefined;
  #isSynchronous = true;
  /** How many pings may wait for their pongs to leave; 0 where they are not answered. */
  readonly #maxPongs: number;
  #pendingPongs = 0;
  connection: Connection | undefined;
  socket: Duplex | null = null;
  sender: Sender | undefined;
  #receiver: ReceiverView | undefined;
  #maxPayload: number | undefined;
  binaryType: BinaryType = "nodebuffer";
  paused = false;
  /** Bytes given to `send` when it was too late. */
  discarded = 0;

  constructor(ws: WebSocket, options: SocketOptions, handshake?: ClientHandshake) {
    this.#ws = ws;
    this.#options = options;
    this.handshake = handshake;
    this.#maxPongs = options.autoPong ? boundOf(options.maxPendingAutoPongs) : 0;
  }

  static {
    Object.defineProperty(Link.prototype, Symbol.toStringTag, { value: "Link" });
  }

  /** The handshake is done on `socket`; `options` are those of `setSocket`. */
  open(socket: Duplex, head: Uint8Array, options: SocketOptions): void {
    const ws = this.#ws;
    const role = ws._isServer ? "server" : "client";
    const settings = settingsFor(role, this.#options, options);
    const codec = ws._extensions[PerMessageDeflate.extensionName]?.codec;
    const connection = new Connection(this, openTransport(socket), settings, codec);
    this.#isSynchronous = options.allowSynchronousEvents ?? true;
    this.#maxPayload = options.maxPayload;
    this.socket = socket;
    this.connection = connection;
    this.handshake?.finish();
    if (this.binaryType === "fragments") connection.cutting = true;
    if (options.generateMask !== undefined) this.sender = this.#createSender(connection, options);
    connection.start(head);
  }

  openSender(): Sender | null {
    const { connection } = this;
    if (connection === undefined) return null;
    this.sender ??= this.#createSender(connection);
    return this.sender;
  }

  openReceiver(): ReceiverView | null {
    const { connection } = this;
    if (connection === undefined) return null;
    this.#receiver ??= new ReceiverView(connection, this.#maxPayload);
    return this.#receiver;
  }

  #createSender(connection: Connection, options?: SocketOptions): Sender {
    const { socket } = this;
    const port = {
      write: (chunk: Uint8Array | string, callback?: WriteCallback): void => {
        connection.sendEncoded(toBuffer(chunk));
        if (callback !== undefined) connection.whenWritten(callback);
      },
      get destroyed(): boolean {
        return socket?.destroyed === true;
      },
    };
    const sender = new Sender(port, this.#ws._extensions, options?.generateMask);
    sender.onerror = (error) => {
      connection.terminate();
      this.#ws.emit("error", error);
    };
    return sender;
  }

  /** Whether the connection can send it as it sends everything: whole, masked by its role, now. */
  isPlain(options: MessageOptions): boolean {
    if (options !== NO_OPTIONS) {
      if (options.fin === undefined ? "fin" in options : !options.fin) return false;
      if ("mask" in options && !options.mask !== this.#ws._isServer) return false;
    }
    return this.sender === undefined || (this.sender.isIdle && !this.#masksItself);
  }

  get #masksItself(): boolean {
    return this.#options.generateMask !== undefined;
  }

  sendByHand(
    message: unknown,
    options: MessageOptions,
    binary: boolean,
    callback: WriteCallback | undefined,
  ): void {
    const all = { mask: !this.#ws._isServer, compress: true, fin: true, ...options, binary };
    this.openSender()?.send(message, all, callback);
  }

  /** Too late: the bytes are counted, and the callback is told. */
  discard(data: unknown, callback: WriteCallback | undefined): void {
    this.discarded += isBlob(data) ? data.size : toBuffer(data).length;
    if (typeof callback !== "function") return;
    const state = `${this.#ws._readyState} (${stateNames[this.#ws._readyState]})`;
    process.nextTick(callback, new Error(`WebSocket is not open: readyState ${state}`));
  }

  abort(): void {
    this.handshake?.abort("WebSocket was closed before the connection was established");
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>, cuts?: readonly number[]): void {
    // Texts come as bytes.
    const bytes = data as Uint8Array<ArrayBuffer>;
    this.#emit("message", toRawData(bytes, this.binaryType, cuts), true);
  }

  onUtf8(data: Uint8Array<ArrayBuffer>): void {
    this.#emit("message", toBuffer(data), false);
  }

  onPing(data: Uint8Array<ArrayBuffer>): void {
    if (this.#maxPongs > 0 && this.#ws._readyState === OPEN) this.#answerPing(toBuffer(data));
    this.#emit("ping", toBuffer(data));
  }

  /** By the WebSocket's `pong`, which a subclass may have overridden. */
  #answerPing(data: Buffer): void {
    if (this.#pendingPongs >= this.#maxPongs) return this.#ws.terminate();
    this.#pendingPongs++;
    this.#ws.pong(data, !this.#ws._isServer, () => {
      this.#pendingPongs--;
    });
  }

  onPong(data: Uint8Array<ArrayBuffer>): void {
    this.#emit("pong", toBuffer(data));
  }

  #emit(name: string, data: unknown, isBinary?: boolean): void {
    if (!this.#isSynchronous) this.#waitATurn();
    if (isBinary === undefined) this.#ws.emit(name, data);
    else this.#ws.emit(name, data, isBinary);
  }

  /** The next event comes in a turn of its own. */
  #waitATurn(): void {
    this.connection?.pause();
    setImmediate(() => {
      if (!this.paused) this.connection?.resume();
    });
  }

  onDrain(): void {}
  onDropped(): void {}

  onFailure(error: ConnectionError): void {
    this.onClosing();
    // `ws` says nothing of a stream that ends or breaks by itself.
    if (error.failure !== undefined)
      this.#ws.emit("error", receiveError(error.failure, error.found));
  }

  onClosing(): void {
    if (this.#ws._readyState === OPEN) this.#ws._readyState = CLOSING;
  }

  onClose({ code, reason, wasClean }: CloseInfo): void {
    const ws = this.#ws;
    ws._closeCode = code;
    ws._closeMessage = reason === "" ? EMPTY : Buffer.from(reason);
    ws._closeFrameReceived = code !== ABNORMAL_CLOSURE;
    ws._closeFrameSent = wasClean;
    ws.emitClose();
  }

  /** As from any listener of an emitter: nobody else takes it. */
  onUncaught(error: unknown): void {
    process.nextTick(() => {
      throw error;
    });
  }
}

function refuseConnecting(state: ReadyState): void {
  if (state === CONNECTING) throw new Error("WebSocket is not open: readyState 0 (CONNECTING)");
}

/** `ping` and `pong`. */
function control(
  ws: WebSocket,
  link: Link,
  kind: "ping" | "pong",
  ...given: readonly unknown[]
): void {
  refuseConnecting(ws._readyState);
  const [data, mask, done] = readControl(given);
  if (ws._readyState !== OPEN) return link.discard(data, done);
  checkControlSize(data);
  const isOwn = mask === undefined || mask !== ws._isServer;
  if (!link.isPlain(NO_OPTIONS) || isBlob(data) || !isOwn) {
    return link.openSender()?.[kind](data, mask ?? !ws._isServer, done);
  }
  link.connection?.[kind](toBuffer(data));
  if (done !== undefined) link.connection?.whenWritten(done);
}

function isOptions(protocols: unknown): protocols is ClientOptions {
  return typeof protocols === "object" && protocols !== null && !Array.isArray(protocols);
}

/** What is sent: numbers are their digits, and everything that is nothing is empty. */
function messageOf(data: unknown): unknown {
  if (typeof data === "string") return data;
  if (typeof data === "number") return `${data}`;
  return data || EMPTY;
}

/** `data, mask, callback`, of which each but the last may be left out. */
function readControl([data, mask, callback]: readonly unknown[]): [
  data: unknown,
  mask: boolean | undefined,
  callback: WriteCallback | undefined,
] {
  const isFunction = (value: unknown): value is WriteCallback => typeof value === "function";
  if (isFunction(data)) return [EMPTY, undefined, data];
  const done = isFunction(mask) ? mask : isFunction(callback) ? callback : undefined;
  return [messageOf(data), typeof mask === "boolean" ? mask : undefined, done];
}
