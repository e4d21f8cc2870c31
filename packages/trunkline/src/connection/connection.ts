/**
 * One open WebSocket over one transport: it feeds the core with what comes, acts on its events,
 * keeps the deadlines (heartbeat, closing handshake), and tells the owner.
 *
 * The main road of a byte: transport -> `#onData` -> core -> `#take` -> owner; and back: `send` ->
 * core -> outbox -> transport. Client and server own connections; neither is known here.
 */
import { ABNORMAL_CLOSURE, type Close, TRY_AGAIN_LATER } from "../protocol/close.ts";
import { CodecError, type MessageCodec, type SharedCodec } from "../protocol/codec.ts";
import { Core, type CoreOptions, type ReadEvent } from "../protocol/core.ts";
import type { Failure } from "../protocol/failures.ts";
import { Heartbeat } from "../protocol/heartbeat.ts";
import type { Runtime } from "../protocol/runtime.ts";
import type { Batch } from "./batch.ts";
import type { Clock } from "./clock.ts";
import { deadlinesOf, type Expiring } from "./deadlines.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { Outbox } from "./outbox.ts";
import { afterPromises, type Resting } from "./promises.ts";
import type { Receiver, Transport } from "./transport.ts";

/** How a connection ended. */
export interface CloseInfo {
  /** The close code received, 1005 when the peer's Close had none, 1006 when no Close came (RFC 6455, section 7.1.5). */
  readonly code: number;
  /** The peer's reason, or "". */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455, section 7.1.4). */
  readonly wasClean: boolean;
}

/** What to do when the outgoing queue is full. */
export type Overflow = "close" | "drop-newest" | "drop-oldest";

/** What the connections of one server or client have in common. */
export interface ConnectionSettings {
  readonly role: "client" | "server";
  /** Bytes; a longer message fails the connection with 1009. */
  readonly maxMessageSize: number;
  /** Milliseconds between pings; 0 sends none. Gone after one that nothing answered. */
  readonly heartbeat: number;
  /** Milliseconds to wait for the peer's Close and the end of the stream, each. */
  readonly closeTimeout: number;
  /** Bytes queued above which `send` returns false. */
  readonly highWaterMark: number;
  /** Bytes queued at the most. */
  readonly outgoingLimit: number;
  readonly overflow: Overflow;
  readonly clock: Clock;
  /**
   * Messages of one read, at most, after each of which all promises run before the next event, as in a
   * browser; what comes after that many is told in one go. Default: 0.
   */
  readonly separate?: number | undefined;
  /** What the core runs on. Default: `nodeRuntime`. */
  readonly runtime?: Runtime | undefined;
  /** How text messages come; see `ReaderOptions`. Default: "string". */
  readonly texts?: CoreOptions["texts"];
  /** Frames of one message at most; see `ReaderOptions`. Default: any number. */
  readonly maxFragments?: number | undefined;
  /** Pieces that a frame may come in; see `ReaderOptions`. Default: any number. */
  readonly maxPieces?: number | undefined;
  /** Whether pings are answered here. Default: true. */
  readonly autoPong?: boolean | undefined;
  /** Whether what comes between our Close and the peer's is told. Default: false. */
  readonly tellsLate?: boolean | undefined;
  /** Whether a client, too, ends the stream when both Closes are out. Default: false. */
  readonly endsStream?: boolean | undefined;
}

/** The owner of a connection: the client's WebSocket, or the server's socket. */
export interface ConnectionOwner {
  /** A whole message: a string for text, for binary a copy of the bytes, alone in its ArrayBuffer. */
  onMessage(data: string | Uint8Array<ArrayBuffer>, cuts?: readonly number[]): void;
  /** A text message as its bytes, if the settings ask for that. */
  onUtf8?(data: Uint8Array<ArrayBuffer>): void;
  /** A ping came, and was answered if the settings say so. */
  onPing?(data: Uint8Array<ArrayBuffer>): void;
  onPong?(data: Uint8Array<ArrayBuffer>): void;
  /**
   * The outgoing queue is empty again, also while closing. `full`: it had been above the high-water
   * mark, or refused a message.
   */
  onDrain(full: boolean): void;
  /** The end began: our Close, the peer's, a failure, or `terminate`. Once, before `onClose`. */
  onClosing(): void;
  /** Whether the owner answers the peer's Close, by `close`. Else it is answered with its own code and reason. */
  readonly answersClose?: boolean;
  /** The peer's Close came, and the owner answers it. After `onClosing`. */
  onPeerClose?(close: Close): void;
  /** The stream is gone. Once; nothing follows. */
  onClose(info: CloseInfo): void;
  /** The peer broke the protocol, vanished, or the stream failed. Before `onClose`. */
  onFailure(error: ConnectionError): void;
  /** Queued messages were dropped by the overflow policy. */
  onDropped(count: number): void;
  /** A callback of the owner threw. */
  onUncaught(error: unknown): void;
}

type Fault = Extract<ReadEvent, { type: "fail" }>;

/** Why a connection failed. */
export class ConnectionError extends Error {
  /** The close code sent to the peer, or 1006 when none could be. */
  readonly code: number;
  /** The stream ended or broke by itself: nobody had to "fail the connection" (RFC 6455, section 7.1.7). */
  readonly lost: boolean;
  /** What the peer did wrong, if that is why. */
  readonly failure: Failure | undefined;
  /** The number that was wrong about it; see `ReadEvent`. */
  readonly found: number | undefined;

  constructor(
    message: string,
    code: number,
    stream?: { readonly error: Error | undefined },
    fault?: Fault,
  ) {
    // Whoever resets a thousand connections must not cost a thousand walks of a stack that says
    // nothing: it is always the loop's.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, stream?.error === undefined ? undefined : { cause: stream.error });
    Error.stackTraceLimit = limit;
    this.name = "ConnectionError";
    this.code = code;
    this.lost = stream !== undefined;
    this.failure = fault?.failure;
    this.found = fault?.found;
  }
}

interface Written {
  readonly position: number;
  readonly callback: (error: Error | null) => void;
}

/** Bytes of one connection handled in one turn of the loop; then the others have theirs. */
const TURN_BYTES = 262_144;
/** The same where a long frame is under way. */
const LONG_TURN_BYTES = 2_097_152;
/** What Node's streams read at a time. Bytes. */
const FULL_READ = 65_536;
const NOTHING = new Uint8Array(0);
const NEVER = Number.POSITIVE_INFINITY;

export class Connection implements Receiver, Expiring, Resting {
  place = 0;
  readonly #owner: ConnectionOwner;
  readonly #settings: ConnectionSettings;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  readonly #core: Core;
  readonly #heartbeat: Heartbeat;
  #received: Close | undefined;
  #paused = false;
  #pumping = false;
  /** Promises run now; what was read and not told yet waits for them. */
  #resting = false;
  /** Messages of this read that may still be told apart. */
  #apart = 0;
  #resuming = false;
  /** Somebody waits for the queue to be empty. */
  #drainOwed = false;
  /** A send was told that the queue is full. */
  #full = false;
  #closing = false;
  /** The peer's FIN came. */
  #ended = false;
  #gone = false;
  #closeBy: number | undefined;
  #turnBytes = 0;
  /** The last ping while nothing could be sent: only it is answered (RFC 6455, section 5.5.3). */
  #unanswered: Uint8Array | undefined;
  /** Who wants to know when the bytes up to a place in the stream have left. */
  #written: Written[] | undefined;

  constructor(
    owner: ConnectionOwner,
    transport: Transport,
    settings: ConnectionSettings,
    codec?: MessageCodec,
  ) {
    this.#owner = owner;
    this.#transport = transport;
    this.#settings = settings;
    this.#outbox = new Outbox(transport, settings.overflow);
    const { role, maxMessageSize, maxFragments, maxPieces, texts } = settings;
    const { runtime = nodeRuntime } = settings;
    this.#core = new Core({
      role,
      maxMessageSize,
      maxFragments,
      maxPieces,
      texts,
      runtime,
      sink: this.#outbox,
      codec,
    });
    this.#heartbeat = new Heartbeat(settings.heartbeat, settings.clock.now());
  }

  /**
   * Begins to read; `head` are bytes that came behind the opening handshake.
   * Events come after this call returned, never inside it.
   */
  start(head?: Uint8Array): void {
    deadlinesOf(this.#settings.clock).add(this);
    if (head !== undefined && head.length > 0) this.#takeHead(head);
    // Whoever awaits the opening listens before the first message is told.
    if (this.#settings.separate) this.#rest();
    this.#transport.start(this);
  }

  /** Fed at once, so that it stays before whatever the transport brings, and told later. */
  #takeHead(head: Uint8Array): void {
    this.#core.feed(head);
    this.#core.keep();
    this.#apart = this.#settings.separate ?? 0;
    process.nextTick(() => {
      if (!this.#gone) this.#pump();
    });
  }

  /** WHATWG's numbers: 1 open, 2 closing, 3 closed. */
  get readyState(): 1 | 2 | 3 {
    if (this.#gone) return 3;
    return this.#closing ? 2 : 1;
  }

  /** Bytes of frames that have not left yet. */
  get bufferedAmount(): number {
    return this.#outbox.size;
  }

  /** What compresses a message once for many connections; undefined where nothing was negotiated. */
  get shared(): SharedCodec | undefined {
    return this.#core.shared;
  }

  /**
   * Queues a message. False above the high-water mark, queued either way; when the connection is
   * not open it is discarded, and false. `compress`: see `Core.text`.
   */
  send(data: string | Uint8Array, compress?: boolean): boolean {
    if (this.#closing) return false;
    if (this.#outbox.blocked && !this.#makeRoom(messageSize(data))) return false;
    this.#outbox.droppable = true;
    const written = this.#write(data, compress);
    this.#outbox.droppable = false;
    return written && this.#belowHighWater();
  }

  /** As `send`, for a text that is UTF-8 already; nobody checks it. */
  sendUtf8(data: Uint8Array, compress?: boolean): boolean {
    if (this.#closing) return false;
    if (this.#outbox.blocked && !this.#makeRoom(data.length)) return false;
    this.#outbox.droppable = true;
    const written = this.#write(data, compress, true);
    this.#outbox.droppable = false;
    return written && this.#belowHighWater();
  }

  #write(data: string | Uint8Array, compress: boolean | undefined, isUtf8 = false): boolean {
    try {
      if (typeof data === "string") this.#core.text(data, compress);
      else if (isUtf8) this.#core.utf8(data, compress);
      else this.#core.binary(data, compress);
      return true;
    } catch (error) {
      return this.#takeThrown(error);
    }
  }

  /** Our codec failed: the owner closes with 1011, for nobody knows what the peer's window needs now. */
  #takeThrown(error: unknown): false {
    if (!(error instanceof CodecError)) throw error;
    this.#owner.onUncaught(error.cause);
    return false;
  }

  /** Queues a frame that was encoded for many connections. */
  sendEncoded(frame: Uint8Array): boolean {
    if (this.#closing) return false;
    if (this.#outbox.blocked && !this.#makeRoom(frame.length)) return false;
    this.#outbox.droppable = true;
    this.#core.encoded(frame);
    this.#outbox.droppable = false;
    return this.#belowHighWater();
  }

  /**
   * Sends what is added to `batch` from here to the end of the turn; false when it cannot now: send
   * each. `deflated`: a compressed frame comes next.
   */
  joinBatch(batch: Batch, deflated: boolean): boolean {
    if (this.#closing || !this.#outbox.join(batch)) return false;
    if (deflated) this.#core.forgetSent();
    return true;
  }

  /** Sends nothing more of what is added to its batch. */
  leaveBatch(): void {
    this.#outbox.leave();
  }

  #belowHighWater(): boolean {
    const { highWaterMark } = this.#settings;
    if (this.#outbox.size <= highWaterMark) return true;
    this.#outbox.flush();
    if (this.#outbox.size <= highWaterMark) return true;
    this.#full = true;
    return false;
  }

  /** Hands over what is queued; false when all of it has left, else `onDrain` will tell. */
  awaitDrain(): boolean {
    if (this.#gone) return false;
    this.#outbox.flush();
    this.#drainOwed = this.#outbox.size > 0;
    return this.#drainOwed;
  }

  /** Gives the stream all that is queued, however slow the peer is: who holds the stream may end it next. */
  handOver(): void {
    if (!this.#gone) this.#outbox.handOver();
  }

  /** Applies the overflow policy; whether there is room for `size` bytes more. */
  #makeRoom(size: number): boolean {
    const { outgoingLimit, overflow } = this.#settings;
    const excess = this.#outbox.size + size - outgoingLimit;
    if (excess <= 0) return true;
    if (overflow === "close") {
      this.#fail(`the outgoing queue exceeded ${outgoingLimit} bytes`, TRY_AGAIN_LATER);
      return false;
    }
    if (overflow === "drop-oldest") {
      const count = this.#outbox.dropOldest(excess);
      if (count > 0) this.#tell(() => this.#owner.onDropped(count));
      if (this.#outbox.size + size <= outgoingLimit) return true;
    }
    this.#full = true;
    this.#tell(() => this.#owner.onDropped(1));
    return false;
  }

  /** Sends a ping; discarded when the connection is not open. @throws {RangeError} over 125 bytes */
  ping(data: Uint8Array = NOTHING): void {
    if (!this.#closing) this.#core.ping(data);
  }

  /** Sends a pong; discarded when the connection is not open. @throws {RangeError} over 125 bytes */
  pong(data: Uint8Array = NOTHING): void {
    if (!this.#closing) this.#core.pong(data);
  }

  /** Whether the peer holds us up: what is sent waits here. */
  get blocked(): boolean {
    return this.#outbox.blocked;
  }

  /** Bytes of a message, from here on, in place of the settings' limit. */
  set maxMessageSize(bytes: number) {
    this.#core.maxMessageSize = bytes;
  }

  /** Whether binary messages are told with the places where their fragments ended. */
  set cutting(on: boolean) {
    this.#core.cutting = on;
  }

  /** Calls back, later, as Node's streams do: with null when everything queued so far has left, or with an error once it cannot. */
  whenWritten(callback: (error: Error | null) => void): void {
    if (this.#gone) return process.nextTick(callback, lostError());
    this.#written ??= [];
    if (this.#written.length === 0) process.nextTick(() => this.#tellWritten());
    this.#written.push({ position: this.#outbox.position, callback });
  }

  #tellWritten(): void {
    const waiting = this.#written;
    if (waiting === undefined || this.#gone) return;
    this.#outbox.flush();
    const { left } = this.#outbox;
    const still = waiting.findIndex(({ position }) => position > left);
    const told = waiting.splice(0, still === -1 ? waiting.length : still);
    for (const { callback } of told) this.#tell(() => callback(null));
  }

  /**
   * Starts the closing handshake (RFC 6455, section 7.1.2), or answers the peer's Close where the
   * owner does that; nothing when ours went out already.
   */
  close(code?: number, reason?: string): void {
    // `terminate` takes the deadline away.
    const owed = this.#core.state === "closedByPeer" && this.#closeBy !== undefined && !this.#gone;
    if (this.#closing && !owed) return;
    this.#core.close(code, reason);
    if (owed) this.#endStream();
    else this.#beginClosing();
  }

  /** Drops the stream at once, without a Close. */
  terminate(): void {
    if (this.#gone) return;
    this.#core.stop();
    this.#beginClosing();
    this.#closeBy = undefined;
    this.#transport.destroy();
  }

  /** Stops reading, while the connection is open; the heartbeat judges nobody meanwhile. */
  pause(): void {
    // The peer's Close must be read, whoever pauses.
    if (this.#paused || this.#closing) return;
    this.#paused = true;
    this.#transport.pause();
  }

  resume(): void {
    if (!this.#paused || this.#gone) return;
    this.#paused = false;
    this.#heartbeat.heard();
    if (this.#resuming) return;
    this.#resuming = true;
    process.nextTick(() => {
      this.#resuming = false;
      if (this.#paused || this.#gone) return;
      this.#pump();
      if (this.#paused) return;
      if (!this.#ended) this.#transport.resume();
      else if (!this.#resting) this.#takeEnd();
    });
  }

  ref(): void {
    this.#transport.ref();
  }

  unref(): void {
    this.#transport.unref();
  }

  // ---- what the transport tells

  onData(bytes: Uint8Array, length: number = bytes.length): void {
    if (this.#gone) return;
    this.#heartbeat.heard();
    this.#core.feed(bytes, length);
    this.#apart = this.#settings.separate ?? 0;
    this.#pump();
    // A read that did not fill its block emptied the system's buffer: this connection's part of the
    // turn is over. Where bytes do not come straight from the system, as with TLS, a small piece does
    // not say so: there they are counted, whatever turn they came in.
    const emptied = length < FULL_READ || length < bytes.length;
    if (emptied && !this.#transport.copies) this.#turnBytes = 0;
    else this.#boundTurn(length);
  }

  /** libuv reads one busy connection many times in a row; the others must not wait for it. */
  #boundTurn(count: number): void {
    this.#turnBytes += count;
    if (this.#turnBytes < TURN_BYTES || this.#paused) return;
    // A long frame is read to its end: it is cheap while it comes, and many that are half read are not.
    if (this.#turnBytes < LONG_TURN_BYTES && this.#core.inLongFrame) return;
    this.#turnBytes = 0;
    this.#transport.pause();
    setImmediate(() => {
      if (!this.#paused && !this.#gone) this.#transport.resume();
    });
  }

  /** Takes events until there are none, or until the owner wants no more. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#outbox.hold();
    while (!this.#paused && !this.#resting) {
      const event = this.#core.next();
      if (event === undefined) break;
      this.#take(event);
      if (this.#apart > 0 && isMessage(event) && this.#core.hasInput) this.#rest();
    }
    this.#core.keep();
    this.#pumping = false;
    if (!this.#resting) this.#outbox.release();
  }

  /** What promises send now leaves with the rest of this read. */
  #rest(): void {
    this.#apart--;
    this.#resting = true;
    afterPromises(this);
  }

  /** The promises have run. */
  wake(): void {
    if (!this.#resting || this.#gone) return;
    this.#resting = false;
    this.#pump();
    if (this.#ended && !this.#paused && !this.#resting) this.#takeEnd();
  }

  /** Tells at once what waits for promises: the stream has gone, and nothing can be told after that. */
  #hurry(): void {
    if (!this.#resting) return;
    this.#resting = false;
    this.#apart = 0;
    this.#pump();
  }

  #take(event: ReadEvent): void {
    switch (event.type) {
      case "text":
        // As in a browser, nothing is delivered once we have begun to close.
        if (this.#isTold) this.#deliver(event.data);
        return;
      case "binary":
        if (this.#isTold) this.#deliver(event.data, event.cuts);
        return;
      case "utf8":
        if (this.#isTold) this.#deliverUtf8(event.data);
        return;
      case "ping":
        if (this.#settings.autoPong !== false) this.#answerPing(event.data);
        if (this.#isTold) this.#tell(() => this.#owner.onPing?.(event.data));
        return;
      case "pong":
        if (this.#isTold) this.#tell(() => this.#owner.onPong?.(event.data));
        return;
      case "close":
        return this.#takeClose(event.close);
      case "fail":
        return this.#takeFailure(event);
    }
  }

  get #isTold(): boolean {
    return !this.#closing || this.#settings.tellsLate === true;
  }

  #deliver(data: string | Uint8Array<ArrayBuffer>, cuts?: readonly number[]): void {
    try {
      this.#owner.onMessage(data, cuts);
    } catch (error) {
      this.#owner.onUncaught(error);
    }
  }

  #deliverUtf8(data: Uint8Array<ArrayBuffer>): void {
    try {
      this.#owner.onUtf8?.(data);
    } catch (error) {
      this.#owner.onUncaught(error);
    }
  }

  #answerPing(data: Uint8Array): void {
    if (this.#closing) return;
    if (this.#outbox.blocked) this.#unanswered = data;
    else this.#core.pong(data);
  }

  #takeClose(close: Close): void {
    this.#received = close;
    const owed = this.#core.state === "closedByPeer";
    const asked = owed && this.#owner.answersClose === true;
    // "the endpoint typically echos the status code it received" (RFC 6455, section 5.5.1). The reason
    // goes with it: a browser's close event shows what came back, not what the page gave.
    if (owed && !asked) this.#core.close(close.code, close.reason);
    this.#beginClosing();
    this.#endStream();
    if (asked) this.#tell(() => this.#owner.onPeerClose?.(close));
  }

  #takeFailure(fault: Fault): void {
    const { reason, section, code } = fault.failure;
    const where = section.startsWith("RFC") ? section : `RFC 6455, section ${section}`;
    this.#beginClosing(new ConnectionError(`${reason} (${where})`, code, undefined, fault));
    if (fault.cause !== undefined) this.#owner.onUncaught(fault.cause);
    this.#outbox.end();
  }

  /** "The underlying TCP connection […] SHOULD be closed first by the server" (RFC 6455, section 7.1.1): a client waits. */
  #endStream(): void {
    if (this.#core.state !== "closed") return;
    this.#closeBy = this.#settings.clock.now() + this.#settings.closeTimeout;
    deadlinesOf(this.#settings.clock).advance(this);
    if (this.#settings.role === "server" || this.#settings.endsStream) this.#outbox.end();
  }

  /** The owner is told when nothing can be sent any more, whatever it calls then. */
  #beginClosing(error?: ConnectionError): void {
    const begins = !this.#closing;
    if (begins) this.#enterClosing();
    if (error !== undefined) this.#tell(() => this.#owner.onFailure(error));
    if (begins) this.#tell(() => this.#owner.onClosing());
  }

  #enterClosing(): void {
    this.#closing = true;
    this.#unanswered = undefined;
    this.#closeBy = this.#settings.clock.now() + this.#settings.closeTimeout;
    deadlinesOf(this.#settings.clock).advance(this);
    // The answer to our Close must be read, whoever paused.
    if (this.#paused) this.resume();
  }

  /** Ends the connection for a fault that is not in the peer's bytes: tells the peer if it can be told. */
  #fail(message: string, code: number): void {
    const vanished = code === ABNORMAL_CLOSURE;
    if (!vanished) this.#core.close(code, message);
    this.#beginClosing(new ConnectionError(message, code));
    if (vanished) this.terminate();
  }

  onEnd(): void {
    if (this.#gone) return;
    this.#ended = true;
    // What came before the end is told before it, and not while the owner has paused.
    this.#pump();
    if (!this.#paused && !this.#resting) this.#takeEnd();
  }

  #takeEnd(): void {
    // Our answer to its Close is still owed; the closing deadline bounds the wait.
    if (this.#core.state === "closedByPeer") return;
    const complete = this.#core.state === "closed" || this.#core.state === "failed";
    if (!complete) {
      this.#core.stop();
      this.#beginClosing(
        new ConnectionError("the peer ended the stream without a Close", ABNORMAL_CLOSURE, {
          error: undefined,
        }),
      );
    }
    this.#outbox.end();
  }

  onDrain(): void {
    if (this.#gone) return;
    // What the peer took is life as well: its pong may wait behind what we send.
    this.#heartbeat.heard();
    const ping = this.#unanswered;
    this.#unanswered = undefined;
    if (ping !== undefined && !this.#closing) this.#core.pong(ping);
    // What was published to many nobody could be told of at the call.
    if (this.#outbox.heldAtBlock > this.#settings.highWaterMark) this.#full = true;
    const empty = this.#outbox.drained();
    if (this.#written !== undefined) this.#tellWritten();
    if (!empty) return;
    const full = this.#full;
    if (!full && !this.#drainOwed) return;
    this.#full = this.#drainOwed = false;
    this.#tell(() => this.#owner.onDrain(full));
  }

  onClose(error: Error | undefined): void {
    if (this.#gone) return;
    this.#hurry();
    const clean = this.#core.state === "closed";
    const failed = error !== undefined && !clean;
    this.#beginClosing(
      failed ? new ConnectionError(error.message, ABNORMAL_CLOSURE, { error }) : undefined,
    );
    this.#gone = true;
    this.#core.release();
    this.#outbox.discard();
    deadlinesOf(this.#settings.clock).remove(this);
    for (const { callback } of this.#written ?? [])
      this.#tell(() => callback(error ?? lostError()));
    const { code, reason } = this.#received ?? { code: ABNORMAL_CLOSURE, reason: "" };
    this.#tell(() => this.#owner.onClose({ code, reason, wasClean: clean }));
  }

  #tell(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#owner.onUncaught(error);
    }
  }

  // ---- deadlines

  get deadline(): number {
    return this.#closing ? (this.#closeBy ?? NEVER) : this.#heartbeat.due;
  }

  expire(now: number): void {
    if (this.#closing) return this.terminate();
    if (this.#paused) this.#heartbeat.heard();
    if (this.#heartbeat.beat(now) === "ping") return this.#core.ping(NOTHING);
    this.#fail("the peer answered no ping", ABNORMAL_CLOSURE);
  }
}

function lostError(): Error {
  const error = new Error("The connection closed before this was written out");
  // As Node's streams call it.
  return Object.assign(error, { code: "ERR_STREAM_DESTROYED" });
}

function isMessage({ type }: ReadEvent): boolean {
  return type === "text" || type === "binary";
}

/** Bytes that a message may take in the queue, exactly or a little more. */
function messageSize(data: string | Uint8Array): number {
  return typeof data === "string" ? nodeRuntime.utf8Length(data) : data.length;
}
