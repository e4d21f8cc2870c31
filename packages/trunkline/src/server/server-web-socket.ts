/**
 * The server's end of one open WebSocket: what a handler holds.
 *
 * `ServerWebSocket` is what users see; `ServerSocket` below carries it, owns the connection, and
 * calls the handler. A handler that throws costs its own connection (1011) and nobody else's.
 */

import type { Batch } from "../connection/batch.ts";
import { checkClose } from "../connection/close-check.ts";
import {
  type CloseInfo,
  Connection,
  type ConnectionError,
  type ConnectionOwner,
  type ConnectionSettings,
} from "../connection/connection.ts";
import { type Deferred, deferred } from "../connection/deferred.ts";
import { Inbox, type Pausable } from "../connection/inbox.ts";
import type { Member } from "../connection/members.ts";
import type { Transport } from "../connection/transport.ts";
import { INTERNAL_ERROR, NORMAL_CLOSURE } from "../protocol/close.ts";
import type { MessageCodec, SharedCodec } from "../protocol/codec.ts";
import type { AnyHandler, Params, PeerClose } from "./handler.ts";
import { messageOf } from "./message-data.ts";
import { attempt } from "./report.ts";
import type { Subscriber, Subscription, Topics } from "./topics.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** The server's end of one open WebSocket. */
export interface ServerWebSocket<Data = undefined, P extends Params = Params>
  extends AsyncIterable<string | Uint8Array, undefined> {
  /** What `upgrade` returned as `data`; yours to change. */
  data: Data;
  /** The route's parameters. */
  readonly params: P;
  readonly request: UpgradeRequest<P>;
  /** The subprotocol in use, or "". */
  readonly protocol: string;
  /** The extensions in use, as in the response's header, or "". */
  readonly extensions: string;
  readonly remoteAddress: string;
  /** 1 open, 2 closing, 3 closed. */
  readonly readyState: 1 | 2 | 3;
  /** Bytes of frames that have not left yet. */
  readonly bufferedAmount: number;
  /** Settles when the connection has closed; never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** Aborted when the connection has closed. */
  readonly signal: AbortSignal;
  /**
   * Queues a message. False above the high-water mark (`drained()` tells when all has left), queued
   * either way. On a closing or closed socket the message is discarded, and false. Up to 16 KiB the
   * bytes are taken at the call; a larger buffer must not be changed until `drained()`.
   */
  send(data: string | Uint8Array | ArrayBuffer, options?: SendOptions): boolean;
  /**
   * Settles when everything queued has left; on a closing socket, where no more can be sent, when the
   * connection has closed.
   */
  drained(): Promise<void>;
  /**
   * Starts the closing handshake; in `closing`, answers the peer's. Default: no code.
   * @throws {RangeError} for a code that must not be sent (RFC 6455, section 7.4) or a reason over 123 bytes
   */
  close(code?: number, reason?: string): void;
  /** Drops the TCP connection at once; the peer sees 1006. */
  terminate(): void;
  /** Sends a ping; nothing on a closing or closed socket. @throws {RangeError} over 125 bytes */
  ping(data?: string | Uint8Array | ArrayBuffer): void;
  /** Stops reading: no message comes, and TCP slows the peer down. */
  pause(): void;
  resume(): void;
  /** Messages published to `topic` are sent to this socket. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends to every subscriber of `topic` but this one; returns to how many. */
  publish(topic: string, data: string | Uint8Array | ArrayBuffer, options?: SendOptions): number;
}

export interface SendOptions {
  /**
   * Compression of this message, where it was negotiated: true compresses it whatever its length,
   * false never does. Default: from `perMessageDeflate.threshold` bytes on. What compression does not
   * shorten goes out plain, unless a context that is taken over needs it compressed.
   */
  readonly compress?: boolean;
}

/** What a socket needs of its server. */
export interface SocketHost {
  readonly topics: Topics;
  /** Something a handler threw. */
  uncaught(error: unknown, socket: ServerSocket): void;
  /** The peer broke the protocol, vanished, or the stream failed. */
  failed(error: ConnectionError, socket: ServerSocket): void;
  closed(socket: ServerSocket, info: CloseInfo): void;
}

/** How the handshake ended. */
export interface Opened {
  readonly request: UpgradeRequest;
  readonly protocol: string;
  readonly extensions: string;
  readonly data: unknown;
  /** The negotiated permessage-deflate, if any. */
  readonly codec?: MessageCodec | undefined;
}

/** A socket among those of its server. */
export interface SocketMember extends Member {
  readonly socket: ServerSocket;
}

export class ServerSocket implements ServerWebSocket<unknown>, ConnectionOwner, Subscriber {
  data: unknown;
  readonly request: UpgradeRequest;
  readonly protocol: string;
  readonly extensions: string;
  readonly #host: SocketHost;
  readonly #handler: AnyHandler;
  readonly #connection: Connection;
  readonly #inbox: Inbox | undefined;
  readonly #member: SocketMember = { place: 0, socket: this };
  #subscriptions: Map<string, Subscription> | undefined;
  /** `pause()` was called: what a conversation reads must not start the line again. */
  #held = false;
  #info: CloseInfo | undefined;
  #whenClosed: Deferred<CloseInfo> | undefined;
  #whenDrained: Deferred<void> | undefined;
  #abort: AbortController | undefined;

  constructor(
    host: SocketHost,
    handler: AnyHandler,
    opened: Opened,
    transport: Transport,
    settings: ConnectionSettings,
  ) {
    this.#host = host;
    this.#handler = handler;
    this.#connection = new Connection(this, transport, settings, opened.codec);
    this.#inbox = handler.conversation && new Inbox(this.#gate(), settings.highWaterMark);
    this.data = opened.data;
    this.request = opened.request;
    this.protocol = opened.protocol;
    this.extensions = opened.extensions;
  }

  /** For its server. */
  static memberOf(socket: ServerSocket): SocketMember {
    return socket.#member;
  }

  /** How the inbox stops and starts the line. */
  #gate(): Pausable {
    return {
      pause: () => this.#connection.pause(),
      resume: () => {
        if (!this.#held) this.#connection.resume();
      },
    };
  }

  /** Begins to read, and calls the handler. The 101 is out. */
  start(head: Uint8Array): void {
    this.#connection.start(head);
    const { open, conversation } = this.#handler;
    if (open !== undefined) this.#call(() => open.call(this.#handler, this));
    if (conversation !== undefined) this.#converse(conversation);
  }

  async #converse(conversation: NonNullable<AnyHandler["conversation"]>): Promise<void> {
    try {
      await conversation.call(this.#handler, this);
      // The answer to a Close of the peer's is `closing`'s to choose.
      if (this.readyState === 1) this.close(NORMAL_CLOSURE);
    } catch (error) {
      this.onUncaught(error);
    }
  }

  get params(): Params {
    return this.request.params;
  }

  get remoteAddress(): string {
    return this.request.remoteAddress;
  }

  get readyState(): 1 | 2 | 3 {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  get closed(): Promise<CloseInfo> {
    this.#whenClosed ??= deferred();
    if (this.#info !== undefined) this.#whenClosed.resolve(this.#info);
    return this.#whenClosed.promise;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#info !== undefined) this.#abort.abort();
    return this.#abort.signal;
  }

  send(data: string | Uint8Array | ArrayBuffer, options?: SendOptions): boolean {
    return this.#connection.send(messageOf(data), options?.compress);
  }

  sendEncoded(frame: Uint8Array): boolean {
    return this.#connection.sendEncoded(frame);
  }

  get shared(): SharedCodec | undefined {
    return this.#connection.shared;
  }

  joinBatch(batch: Batch, deflated: boolean): boolean {
    return this.#connection.joinBatch(batch, deflated);
  }

  leaveBatch(): void {
    this.#connection.leaveBatch();
  }

  drained(): Promise<void> {
    const isEmpty = !this.#connection.awaitDrain();
    // A loop that sends, waits and overlooks the end must starve nobody: it waits for the close, and
    // after that for the next turn.
    if (this.readyState === 3) return new Promise((resolve) => setImmediate(resolve));
    if (isEmpty && this.readyState === 1) return Promise.resolve();
    this.#whenDrained ??= deferred();
    return this.#whenDrained.promise;
  }

  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    this.#connection.close(code, reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  ping(data: string | Uint8Array | ArrayBuffer = ""): void {
    const message = messageOf(data);
    this.#connection.ping(typeof message === "string" ? Buffer.from(message) : message);
  }

  pause(): void {
    this.#held = true;
    this.#connection.pause();
  }

  resume(): void {
    this.#held = false;
    if (!this.#inbox?.isFull) this.#connection.resume();
  }

  subscribe(topic: string): void {
    if (this.readyState !== 1) return;
    this.#subscriptions ??= new Map();
    if (this.#subscriptions.has(topic)) return;
    this.#subscriptions.set(topic, this.#host.topics.subscribe(topic, this));
  }

  unsubscribe(topic: string): void {
    const subscription = this.#subscriptions?.get(topic);
    if (subscription === undefined) return;
    this.#subscriptions?.delete(topic);
    this.#host.topics.unsubscribe(subscription);
  }

  publish(topic: string, data: string | Uint8Array | ArrayBuffer, options?: SendOptions): number {
    return this.#host.topics.publish(topic, data, this, options?.compress);
  }

  [Symbol.asyncIterator](): AsyncIterator<string | Uint8Array, undefined> {
    if (this.#inbox === undefined) {
      throw new TypeError(
        "only a conversation iterates over its socket: this handler's messages go to its message hook",
      );
    }
    return this.#inbox;
  }

  // ---- what the connection tells

  onMessage(data: string | Uint8Array): void {
    if (this.#inbox !== undefined) return this.#inbox.put(data);
    // What it throws, the connection catches and brings to `onUncaught`: no closure for each message.
    const returned = this.#handler.message?.(this, data);
    if (returned !== undefined) this.#call(() => returned);
  }

  onDrain(full: boolean): void {
    // On a closing socket there is nothing to go on with: whoever waits hears of the close.
    if (this.readyState !== 1) return;
    this.#whenDrained?.resolve();
    this.#whenDrained = undefined;
    if (full) this.#call(() => this.#handler.drain?.(this));
  }

  onClosing(): void {
    this.#inbox?.end();
    const subscriptions = this.#subscriptions?.values() ?? [];
    this.#subscriptions = undefined;
    for (const subscription of subscriptions) this.#host.topics.unsubscribe(subscription);
  }

  get answersClose(): boolean {
    return this.#handler.closing !== undefined;
  }

  onPeerClose(close: PeerClose): void {
    void this.#answerClose(close);
  }

  async #answerClose(close: PeerClose): Promise<void> {
    try {
      await this.#handler.closing?.(this, close);
      this.#connection.close(close.code, close.reason);
    } catch (error) {
      this.onUncaught(error);
    }
  }

  onClose(info: CloseInfo): void {
    this.#info = info;
    this.#whenDrained?.resolve();
    this.#whenClosed?.resolve(info);
    this.#abort?.abort();
    this.#host.closed(this, info);
    this.#call(() => this.#handler.close?.(this, info));
  }

  onFailure(error: ConnectionError): void {
    this.#host.failed(error, this);
  }

  onDropped(count: number): void {
    this.#call(() => this.#handler.dropped?.(this, count));
  }

  onUncaught(error: unknown): void {
    if (this.#isOurAbort(error)) return;
    this.#host.uncaught(error, this);
    this.#connection.close(INTERNAL_ERROR);
  }

  /** What a handler tied to our `signal` ends with when the client goes: as it was meant to, and no error. */
  #isOurAbort(error: unknown): boolean {
    const { aborted, reason } = this.#abort?.signal ?? { aborted: false, reason: undefined };
    return aborted && (error === reason || (error instanceof Error && error.cause === reason));
  }

  /** A hook may be async: its rejection is its error. */
  #call(hook: () => unknown): void {
    attempt(hook, (error) => this.onUncaught(error));
  }
}
