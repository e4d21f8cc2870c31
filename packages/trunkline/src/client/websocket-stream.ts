/**
 * `WebSocketStream`, as the WHATWG's draft has it (https://github.com/whatwg/websockets/pull/48, and
 * Chromium): a WebSocket whose messages are a ReadableStream and a WritableStream, with back-pressure
 * both ways.
 *
 * URL, protocols, options and dialling are those of WebSocket; here are the states, and how the ends
 * of the streams and of the connection follow from each other. message-source.ts reads,
 * message-sink.ts writes.
 */
import type { Clock } from "../connection/clock.ts";
import type { CloseInfo, Connection, ConnectionOwner } from "../connection/connection.ts";
import { type Deferred, deferred } from "../connection/deferred.ts";
import { ABNORMAL_CLOSURE, INTERNAL_ERROR } from "../protocol/close.ts";
import { connectionOn } from "./client-connection.ts";
import { Dial, type Dialled } from "./dial.ts";
import type { DialError } from "./dial-error.ts";
import { completeInterface, requireArgument } from "./idl.ts";
import { MessageSink, type WritableMessage } from "./message-sink.ts";
import { MessageSource } from "./message-source.ts";
import { readMachine, readSettings, type Settings, type WebSocketOptions } from "./options.ts";
import { checkProtocols, readUrl } from "./url.ts";
import {
  connectionError,
  readCloseInfo,
  type WebSocketCloseInfo,
  WebSocketError,
} from "./websocket-error.ts";

/** Bytes queued above which a write waits until all have left. */
const highWaterMark = 65_536;

type State = "connecting" | "open" | "closing" | "closed";

export interface WebSocketStreamOptions extends Omit<WebSocketOptions, "protocols"> {
  /** Subprotocols to offer: a list, a single string is refused as in a browser. */
  readonly protocols?: readonly string[] | ReadonlySet<string>;
}

/** What `opened` gives. */
export interface WebSocketOpenInfo {
  /** The extensions in use, or "". */
  readonly extensions: string;
  /** The subprotocol in use, or "". */
  readonly protocol: string;
  /** Messages: a string for text, a Uint8Array for binary. */
  readonly readable: ReadableStream<string | Uint8Array>;
  readonly writable: WritableStream<WritableMessage>;
}

export class WebSocketStream {
  readonly #url: URL;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #opened: Deferred<WebSocketOpenInfo> = deferred();
  readonly #closed: Deferred<Required<WebSocketCloseInfo>> = deferred();
  readonly #dial: Dial | undefined;
  #state: State = "connecting";
  #connection: Connection | undefined;
  #source: MessageSource | undefined;
  #sink: MessageSink | undefined;
  #failure: Error | undefined;

  /**
   * new WebSocketStream(url, options)
   *
   * @throws {DOMException} SyntaxError for a URL or a subprotocol that cannot be
   * @throws {TypeError} for an option that does not exist or has a wrong value
   */
  constructor(url: string | URL, options: WebSocketStreamOptions | null = {}) {
    // biome-ignore lint/complexity/noArguments: WebIDL counts the arguments, and undefined is one.
    requireArgument(arguments.length, "The constructor of WebSocketStream", "url");
    const text = `${url}`;
    const bag = readBag(options);
    const settings = readSettings(bag);
    // 1. and 2. "Let urlRecord be the result of getting a URL record given url and baseURL."
    this.#url = readUrl(text);
    // 3. and 4. "If any of the values in protocols occur more than once or otherwise fail […]"
    checkProtocols(settings.protocols);
    this.#settings = settings;
    // Whoever looks at one of the two has heard of a failure; the other must not end the process.
    for (const { promise } of [this.#opened, this.#closed]) promise.catch(() => {});
    const { clock, connect } = readMachine(bag);
    this.#clock = clock;
    // "If signal is aborted, then reject this's opened promise and closed promise with signal's
    // abort reason and return."
    if (settings.signal?.aborted) {
      this.#giveUp(settings.signal.reason);
      return;
    }
    // "Run this step in parallel: Establish a WebSocket connection"
    const caller = {
      onOpen: (dialled: Dialled) => this.#established(dialled),
      onFailure: (error: DialError) => this.#refused(error),
    };
    this.#dial = new Dial(this.#url, settings, caller, clock, connect);
  }

  get url(): string {
    return this.#url.href;
  }

  /** Settles when the connection is open, or with a WebSocketError whose `cause` says why it is not. */
  get opened(): Promise<WebSocketOpenInfo> {
    // WebIDL: an attribute that is a promise rejects where others throw.
    return #opened in this ? this.#opened.promise : Promise.reject(wrongThis("opened"));
  }

  /** Settles when the connection is closed cleanly, or with a WebSocketError when it is not. */
  get closed(): Promise<Required<WebSocketCloseInfo>> {
    return #closed in this ? this.#closed.promise : Promise.reject(wrongThis("closed"));
  }

  /**
   * close(closeInfo): starts the closing handshake. What was written leaves before.
   *
   * @throws {DOMException} InvalidAccessError for a code that a program may not send, SyntaxError for
   * a reason of more than 123 bytes
   */
  close(closeInfo: WebSocketCloseInfo | null = {}): void {
    this.#checkThis();
    const { closeCode, reason } = readCloseInfo(closeInfo);
    this.#close(closeCode, reason);
  }

  /** WebIDL looks at `this` before it converts a value: reaching a private method throws a TypeError. */
  #checkThis(): void {}

  /** "To close the WebSocket" */
  #close(code?: number, reason?: string): void {
    // "If obj's ready state is CLOSING (2) or CLOSED (3): Do nothing."
    if (this.#state === "closing" || this.#state === "closed") return;
    const isOpen = this.#state === "open";
    this.#state = "closing";
    if (isOpen) this.#connection?.close(code, reason);
    else this.#dial?.cancel("the stream was closed before the connection was established");
  }

  /** "To close using reason": of `cancel` and of `abort`. */
  #closeUsing(reason: unknown): void {
    if (!(reason instanceof WebSocketError)) return this.#close();
    const info = { closeCode: reason.closeCode ?? undefined, reason: reason.reason };
    try {
      const { closeCode, reason: text } = readCloseInfo(info);
      this.#close(closeCode, text);
    } catch {
      // "If this throws an exception, discard code and reason": as 1006 of another connection.
      this.#close();
    }
  }

  /** "When a WebSocket connection is established" */
  #established(dialled: Dialled): void {
    const owner = this.#owner();
    const connection = connectionOn(dialled, owner, this.#settings, this.#clock, { highWaterMark });
    this.#connection = connection;
    // 1. "Change stream's ready state to OPEN (1)."
    this.#state = "open";
    // 5. to 13.: the two streams and what they call.
    this.#source = new MessageSource(connection, (reason) => this.#closeUsing(reason));
    this.#sink = new MessageSink({
      // "If the closing handshake has not yet started": what is written after it is discarded.
      send: (data) => this.#state !== "open" || connection.send(data),
      onClose: () => this.#close(),
      onAbort: (reason) => this.#closeUsing(reason),
    });
    connection.start(dialled.head);
    // "Resolve stream's opened promise with WebSocketOpenInfo"
    const { extensions, protocol } = dialled;
    const { readable } = this.#source;
    const { writable } = this.#sink;
    this.#opened.resolve({ extensions, protocol, readable, writable });
  }

  #owner(): ConnectionOwner {
    return {
      // "If stream's ready state is not OPEN (1), then return."
      onMessage: (data) => {
        if (this.#state === "open") this.#source?.put(data);
      },
      onDrain: () => this.#sink?.drained(),
      onClosing: () => this.#closing(),
      onClose: (info) => this.#ended(info),
      onFailure: (error) => {
        this.#failure ??= error;
      },
      onUncaught: (error) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#connection?.close(INTERNAL_ERROR);
      },
      // There is no limit here.
      onDropped: () => {},
    };
  }

  /** "When the WebSocket closing handshake is started", by the server: it sends nothing more. */
  #closing(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    if (this.#failure !== undefined) return;
    // A stream that is destroyed under the connection begins to close and is closed in one go:
    // that is no closing handshake, and `#ended` has told it by then.
    queueMicrotask(() => {
      if (this.#state !== "closing") return;
      this.#source?.end();
      this.#sink?.refuse();
    });
  }

  /** "When the WebSocket connection is closed, possibly cleanly" */
  #ended({ code, reason, wasClean }: CloseInfo): void {
    this.#state = "closed";
    this.#connection = undefined;
    // Chromium's, and the web platform's tests: a write that was not done makes no clean end.
    if (wasClean && !this.#sink?.isWriting) {
      // "Close stream's readable stream", "Error stream's writable stream", "Resolve stream's closed promise"
      this.#source?.end();
      this.#sink?.end();
      return this.#closed.resolve({ closeCode: code, reason });
    }
    const error = connectionError(this.#explain(wasClean), {
      closeCode: code,
      reason,
      cause: this.#failure,
    });
    // "Error stream's readable stream", "Error stream's writable stream", "Reject stream's closed promise"
    this.#source?.end({ error });
    this.#sink?.fail(error);
    this.#closed.reject(error);
  }

  #explain(wasClean: boolean): string {
    if (wasClean) return "The server closed the connection before all that was written had left";
    return this.#failure?.message ?? "The connection ended without a closing handshake";
  }

  /** The connection was not established. */
  #refused(cause: DialError): void {
    if (cause.code === "aborted" && this.#state === "connecting") {
      // "Reject this's opened promise and closed promise with signal's abort reason."
      return this.#giveUp(this.#settings.signal?.reason);
    }
    this.#state = "closed";
    const { message } = cause;
    this.#opened.reject(connectionError(message, { closeCode: null, reason: "", cause }));
    const closeCode = ABNORMAL_CLOSURE;
    this.#closed.reject(connectionError(message, { closeCode, reason: "", cause }));
  }

  #giveUp(reason: unknown): void {
    this.#state = "closed";
    this.#opened.reject(reason);
    this.#closed.reject(reason);
  }
}
completeInterface(WebSocketStream.prototype, "WebSocketStream");

/** A dictionary of WebIDL, but for what is surely meant otherwise. */
function readBag(options: unknown): object {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Symbol.iterator in options) {
    throw new TypeError(
      "WebSocketStream's second argument must be an object of options; subprotocols are its member protocols",
    );
  }
  const protocols = "protocols" in options ? options.protocols : undefined;
  // "sequence<USVString> protocols"
  if (protocols === undefined || (Object(protocols) === protocols && isIterable(protocols))) {
    return options;
  }
  throw new TypeError("WebSocketStream's option protocols must be a list of strings");
}

function isIterable(value: unknown): boolean {
  return Symbol.iterator in Object(value);
}

function wrongThis(attribute: string): TypeError {
  return new TypeError(`${attribute} was read of something that is no WebSocketStream`);
}
