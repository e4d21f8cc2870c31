/**
 * `WebSocket` to the letter of the WHATWG standard (https://websockets.spec.whatwg.org).
 *
 * The standard's steps stand, with their numbers, above the lines that do them. What programs need
 * besides is not on the class but beside it: `close`, `terminate`, `ping`, `ref`, `unref`, and the bag of options.
 * Dialling is dial.ts's work, frames are the Connection's; here are states, conversions and events.
 * Every event goes through `#fire`, and none is fired from inside the call that caused it.
 */
import type { Clock } from "../connection/clock.ts";
import { checkClose as checkAnyClose } from "../connection/close-check.ts";
import type { CloseInfo, Connection, ConnectionOwner } from "../connection/connection.ts";
import { ABNORMAL_CLOSURE, INTERNAL_ERROR } from "../protocol/close.ts";
import { BufferedAmount } from "./buffered-amount.ts";
import { connectionOn } from "./client-connection.ts";
import { Dial, type Dialled } from "./dial.ts";
import { EventHandler } from "./event-handler.ts";
import {
  CloseEvent,
  errorEvent,
  messageEvent,
  openEvent,
  type WebSocketErrorEvent,
} from "./events.ts";
import { completeInterface, requireArgument } from "./idl.ts";
import {
  type Machine,
  type Protocols,
  readMachine,
  readSettings,
  type Settings,
  type WebSocketOptions,
} from "./options.ts";
import {
  checkClose,
  clampUnsignedShort,
  isBlob,
  type Payload,
  payloadSize,
  toPayload,
} from "./payload.ts";
import { PendingPings } from "./pending-pings.ts";
import { SendQueue } from "./send-queue.ts";
import { checkProtocols, readUrl } from "./url.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/**
 * Messages of one read after which promises run, as they do in a browser after each. Letting them run
 * takes about as long as delivering a short message: after each, it doubled what 64 bytes cost to
 * receive. A full read, of 256 KiB, holds 3 900 of those, or this many of 2 KiB.
 */
const SEPARATE_MESSAGES = 128;

export type BinaryType = "blob" | "arraybuffer";
export type ReadyState = 0 | 1 | 2 | 3;
export type WebSocketData = string | ArrayBuffer | ArrayBufferView | Blob;

export interface WebSocketEventMap {
  readonly open: Event;
  readonly message: MessageEvent;
  readonly error: WebSocketErrorEvent;
  readonly close: CloseEvent;
}

export type WebSocketHandler<Type extends keyof WebSocketEventMap> =
  // What a handler returns is nobody's concern: an async function is one, too.
  ((this: WebSocket, event: WebSocketEventMap[Type]) => unknown) | null;

export interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: AbortSignal;
}

type AnyListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** The listeners' types: the methods themselves are EventTarget's. */
export interface WebSocket {
  addEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: AnyListener | null,
    options?: boolean | ListenerOptions,
  ): void;
  removeEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | { readonly capture?: boolean },
  ): void;
  removeEventListener(
    type: string,
    listener: AnyListener | null,
    options?: boolean | { readonly capture?: boolean },
  ): void;
}

/** What the functions beside the class reach that its users do not. */
interface Inside {
  close(socket: WebSocket, code: number | undefined, reason: string | undefined): void;
  terminate(socket: WebSocket): void;
  ping(socket: WebSocket, data: Uint8Array): Promise<boolean>;
  keepAlive(socket: WebSocket, keepsAlive: boolean): void;
}
let inside: Inside;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares nothing that EventTarget does not have.
export class WebSocket extends EventTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  readonly #url: URL;
  readonly #origin: string;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #dial: Dial;
  readonly #amount = new BufferedAmount();
  readonly #handlers = new Map<string, EventHandler>();
  #readyState: ReadyState = CONNECTING;
  #binaryType: BinaryType = "blob";
  #protocol = "";
  #extensions = "";
  #connection: Connection | undefined;
  #queue: SendQueue | undefined;
  #failure: Error | undefined;
  #pings: PendingPings | undefined;
  #keepsAlive = true;

  static {
    inside = {
      close: (socket, code, reason) => socket.#close(code, reason),
      terminate: (socket) => socket.#terminate(),
      ping: (socket, data) => socket.#ping(data),
      keepAlive: (socket, keepsAlive) => socket.#keepAlive(keepsAlive),
    };
  }

  /** new WebSocket(url, protocols) */
  constructor(url: string | URL, protocols: Protocols | WebSocketOptions = []) {
    super();
    // biome-ignore lint/complexity/noArguments: WebIDL counts the arguments, and undefined is one.
    requireArgument(arguments.length, "The constructor of WebSocket", "url");
    const text = `${url}`;
    const settings = readSettings(protocols);
    // 1. "Let baseURL be this's relevant settings object's API base URL.": readUrl asks for it.
    // 2. "Let urlRecord be the result of getting a URL record given url and baseURL."
    const record = readUrl(text);
    // 3. is done: readSettings made a sequence of a string.
    // 4. "If any of the values in protocols occur more than once or otherwise fail […] SyntaxError"
    checkProtocols(settings.protocols);
    // 5. "Set this's url to urlRecord."
    this.#url = record;
    this.#origin = `${record.protocol}//${record.host}`;
    this.#settings = settings;
    // 6. and 7. "Run this step in parallel: Establish a WebSocket connection"
    const machine = readMachine(protocols);
    this.#clock = machine.clock;
    this.#dial = this.#establish(record, settings, machine);
  }

  get url(): string {
    return this.#url.href;
  }

  get readyState(): ReadyState {
    return this.#readyState;
  }

  get bufferedAmount(): number {
    return this.#amount.read(this.#waitingBytes());
  }

  get extensions(): string {
    return this.#extensions;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(value: BinaryType) {
    this.#checkThis();
    // WebIDL: a value that is not of the enumeration is ignored.
    const text = `${value}`;
    if (text === "blob" || text === "arraybuffer") this.#binaryType = text;
  }

  get onopen(): WebSocketHandler<"open"> {
    return this.#handler("open");
  }

  set onopen(handler: WebSocketHandler<"open">) {
    this.#setHandler("open", handler);
  }

  get onerror(): WebSocketHandler<"error"> {
    return this.#handler("error");
  }

  set onerror(handler: WebSocketHandler<"error">) {
    this.#setHandler("error", handler);
  }

  get onclose(): WebSocketHandler<"close"> {
    return this.#handler("close");
  }

  set onclose(handler: WebSocketHandler<"close">) {
    this.#setHandler("close", handler);
  }

  get onmessage(): WebSocketHandler<"message"> {
    return this.#handler("message");
  }

  set onmessage(handler: WebSocketHandler<"message">) {
    this.#setHandler("message", handler);
  }

  /** send(data) */
  send(data: WebSocketData): void {
    this.#checkThis();
    // biome-ignore lint/complexity/noArguments: WebIDL counts the arguments, and undefined is one.
    requireArgument(arguments.length, "send", "data");
    const payload = toPayload(data);
    // 1. "If this's ready state is CONNECTING, then throw an "InvalidStateError" DOMException."
    if (this.#readyState === CONNECTING) throw notOpenYet("send");
    const bytes = payloadSize(payload);
    // 2. "If the WebSocket connection is established and the WebSocket closing handshake has not yet
    //    started, then the user agent must send a WebSocket Message comprised of the data argument."
    // "Any invocation of this method […] that does not throw an exception must increase the bufferedAmount".
    if (this.#readyState !== OPEN) return this.#amount.discard(bytes);
    this.#amount.add(bytes, this.#waitingBytes());
    this.#transmit(payload, bytes);
  }

  /** close(code, reason) */
  close(code?: number, reason?: string): void {
    this.#checkThis();
    const closeCode = code === undefined ? undefined : clampUnsignedShort(code);
    const closeReason = reason === undefined ? undefined : `${reason}`;
    // 1. and 2.
    checkClose(closeCode, closeReason);
    // 3. "close the WebSocket"
    this.#close(closeCode, closeReason);
  }

  /** WebIDL looks at `this` before it converts a value: reaching a private method throws a TypeError. */
  #checkThis(): void {}

  /** "To close the WebSocket" */
  #close(code: number | undefined, reason: string | undefined): void {
    // "If obj's ready state is CLOSING (2) or CLOSED (3): Do nothing."
    if (this.#readyState === CLOSING || this.#readyState === CLOSED) return;
    // "If the WebSocket connection is not yet established: Fail the WebSocket connection and set ready state to CLOSING".
    if (this.#readyState === CONNECTING) return this.#giveUp();
    this.#readyState = CLOSING;
    // "If the WebSocket closing handshake has not yet been started: Start the WebSocket closing handshake".
    // "If reason is non-empty but code is null, then set code to 1000."
    const sent = code === undefined && reason ? 1000 : code;
    // What has left by now is off the count before the Close's own bytes wait.
    this.#amount.add(0, this.#waitingBytes());
    if (this.#queue?.busy) this.#queue.close(sent, reason);
    else this.#connection?.close(sent, reason);
  }

  #giveUp(): void {
    this.#readyState = CLOSING;
    this.#dial.cancel("the socket was closed before the connection was established");
  }

  #establish(url: URL, settings: Settings, { clock, connect }: Machine): Dial {
    const caller = {
      onOpen: (dialled: Dialled) => this.#established(dialled),
      onFailure: (error: Error) => {
        this.#failure = error;
        this.#closed({ code: ABNORMAL_CLOSURE, reason: "", wasClean: false });
      },
    };
    return new Dial(url, settings, caller, clock, connect);
  }

  /** "When the WebSocket connection is established" */
  #established(dialled: Dialled): void {
    const connection = connectionOn(dialled, this.#owner(), this.#settings, this.#clock, {
      // The standard lets a program queue what it likes, and watch bufferedAmount.
      highWaterMark: Number.POSITIVE_INFINITY,
      separate: SEPARATE_MESSAGES,
    });
    this.#connection = connection;
    if (!this.#keepsAlive) connection.unref();
    // 1. "Change the ready state to OPEN (1)."
    this.#readyState = OPEN;
    // 2. "Change the extensions attribute's value to the extensions in use, if it is not the null value."
    this.#extensions = dialled.extensions;
    // 3. "Change the protocol attribute's value to the subprotocol in use, if it is not the null value."
    this.#protocol = dialled.protocol;
    connection.start(dialled.head);
    // 4. "Fire an event named open at the WebSocket object."
    this.#fire(openEvent());
  }

  #owner(): ConnectionOwner {
    return {
      onMessage: (data) => this.#received(data),
      // "When the WebSocket closing handshake is started, […] change the ready state to CLOSING (2)."
      onClosing: () => {
        this.#readyState = CLOSING;
      },
      // "When the WebSocket connection is closed […] queue a task": close() and terminate() may be on the stack.
      onClose: (info) => setImmediate(() => this.#closed(info)),
      onFailure: (error) => {
        // The stream is broken: what has not left never will.
        if (error.code === ABNORMAL_CLOSURE) this.#amount.freeze(this.#waitingBytes());
        // "If the user agent was required to fail the WebSocket connection [...] fire an event named
        // error": a stream that just ends is closed, uncleanly, and nothing else.
        if (!error.lost) this.#fail(error);
      },
      // Not the listeners' errors, which the platform takes, but ours: no memory for a Blob, or a bug.
      onUncaught: (error) => {
        this.#fail(toError(error));
        this.#connection?.close(INTERNAL_ERROR);
      },
      onPong: (data) => this.#pings?.answer(data),
      // There is no water mark and no limit here.
      onDrain: () => {},
      onDropped: () => {},
    };
  }

  /** "When a WebSocket message has been received with type type and data data" */
  #received(data: string | Uint8Array): void {
    // 1. "If ready state is not OPEN (1), then return."
    if (this.#readyState !== OPEN) return;
    // 2. "Let dataForEvent be determined by switching on type and binary type"
    const dataForEvent = typeof data === "string" ? data : this.#wrap(data);
    // 3. "Fire an event named message at the WebSocket object, using MessageEvent"
    this.#fire(messageEvent(dataForEvent, this.#origin));
  }

  #wrap(bytes: Uint8Array): Blob | ArrayBuffer {
    if (this.#binaryType === "blob") return new Blob([bytes]);
    const { buffer, byteOffset, byteLength } = bytes;
    const isWhole = byteLength === buffer.byteLength;
    // The core never hands out shared memory.
    return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
  }

  /** "When the WebSocket connection is closed, possibly cleanly" */
  #closed(info: CloseInfo): void {
    this.#amount.freeze(this.#waitingBytes());
    this.#queue?.end();
    this.#pings?.end();
    this.#connection = undefined;
    this.#queue = undefined;
    // 1. "Change the ready state to CLOSED (3)."
    this.#readyState = CLOSED;
    // 2. "If the user agent was required to fail the WebSocket connection, […] fire an event named error".
    if (this.#failure !== undefined) this.#fire(errorEvent(this.#failure));
    // 3. "Fire an event named close at the WebSocket object, using CloseEvent"
    const { wasClean, code, reason } = info;
    this.#fire(new CloseEvent("close", { wasClean, code, reason }));
  }

  /** The first failure is the cause of those that follow. */
  #fail(error: Error): void {
    this.#failure ??= error;
  }

  /**
   * The one place from which events are fired. Node's own dispatch, measured at 70 ns of the 155 ns
   * that one message takes from event to listener, is not worth a table of listeners of our own.
   */
  #fire(event: Event): void {
    this.dispatchEvent(event);
  }

  #transmit(payload: Payload, bytes: number): void {
    if (this.#queue?.busy) {
      // What waits behind a Blob must not change meanwhile.
      return this.#queue.send(payload instanceof Uint8Array ? payload.slice() : payload, bytes);
    }
    if (isBlob(payload)) return this.#blobQueue().send(payload, bytes);
    this.#connection?.send(payload);
  }

  #blobQueue(): SendQueue {
    this.#queue ??= new SendQueue(
      {
        send: (data) => this.#connection?.send(data),
        close: (code, reason) => this.#connection?.close(code, reason),
      },
      (error) => {
        this.#fail(new Error("A Blob given to send() could not be read", { cause: error }));
        this.#connection?.terminate();
      },
    );
    return this.#queue;
  }

  #waitingBytes(): number {
    return (this.#connection?.bufferedAmount ?? 0) + (this.#queue?.waitingBytes ?? 0);
  }

  #handler<Type extends keyof WebSocketEventMap>(type: Type): WebSocketHandler<Type> {
    // The setter took it under this type.
    return (this.#handlers.get(type)?.value ?? null) as WebSocketHandler<Type>;
  }

  #setHandler(type: string, value: unknown): void {
    let handler = this.#handlers.get(type);
    if (handler === undefined) {
      handler = new EventHandler(this, type);
      this.#handlers.set(type, handler);
    }
    handler.set(value);
  }

  #terminate(): void {
    if (this.#readyState === CONNECTING) return this.#giveUp();
    if (this.#readyState === OPEN) this.#readyState = CLOSING;
    this.#amount.freeze(this.#waitingBytes());
    this.#queue?.end();
    this.#connection?.terminate();
  }

  #ping(data: Uint8Array): Promise<boolean> {
    if (this.#readyState === CONNECTING) throw notOpenYet("ping");
    if (this.#readyState !== OPEN) return Promise.resolve(false);
    this.#connection?.ping(data);
    this.#pings ??= new PendingPings();
    return this.#pings.add(data);
  }

  #keepAlive(keepsAlive: boolean): void {
    this.#keepsAlive = keepsAlive;
    const holder = this.#connection ?? this.#dial;
    if (keepsAlive) holder.ref();
    else holder.unref();
  }
}

/**
 * As the method, for programs that are no page: with any code that a Close may carry, such as 1001 when
 * the program ends. Codes and bytes of the reason: RFC 6455, sections 7.4 and 5.5.
 *
 * @throws {RangeError} for a code that may not be sent, or a reason over 123 bytes
 * @throws {TypeError} for a reason without a code
 */
export function close(socket: WebSocket, code?: number, reason?: string): void {
  checkAnyClose(code, reason);
  inside.close(socket, code, reason);
}

/** Drops the connection at once, without a closing handshake: the `close` event follows, with 1006. */
export function terminate(socket: WebSocket): void {
  inside.terminate(socket);
}

/**
 * Sends a ping, of at most 125 bytes; nothing on a socket that is closing or closed. Settles with true
 * when the pong has come, with false when the socket closes before; it never rejects.
 */
export function ping(
  socket: WebSocket,
  data: string | ArrayBuffer | ArrayBufferView = "",
): Promise<boolean> {
  const payload = toPayload(data);
  if (isBlob(payload)) throw new TypeError("A ping cannot carry a Blob");
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  if (bytes.byteLength > 125) {
    throw new RangeError(`A ping carries at most 125 bytes, and this one has ${bytes.byteLength}`);
  }
  return inside.ping(socket, bytes);
}

/** Lets the open socket keep the process alive, which it does from the start. */
export function ref(socket: WebSocket): void {
  inside.keepAlive(socket, true);
}

/** Lets the process end although the socket is open. */
export function unref(socket: WebSocket): void {
  inside.keepAlive(socket, false);
}

function notOpenYet(method: string): DOMException {
  return new DOMException(
    `${method}() was called before the connection is open: wait for the open event`,
    "InvalidStateError",
  );
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

// WebIDL: constants stand on the class and on its prototype and cannot be changed.
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  const constant = { value, writable: false, enumerable: true, configurable: false };
  Object.defineProperty(WebSocket, name, constant);
  Object.defineProperty(WebSocket.prototype, name, constant);
}
completeInterface(WebSocket.prototype, "WebSocket");
// WebIDL: both arguments of close() are optional, and optional ones are not counted.
Object.defineProperty(WebSocket.prototype.close, "length", { value: 0 });
