/**
 * The writable side of a WebSocketStream: a write settles when the connection takes more, and so
 * holds back whoever waits for it, or for the writer's `ready`.
 *
 * A chunk is sent in the call that the stream makes for it; only its promise may wait.
 */
import { type Deferred, deferred } from "../connection/deferred.ts";
import { isBlob, toPayload } from "./payload.ts";

/** What a WebSocketStream takes: a text message, or the bytes of a binary one. */
export type WritableMessage = string | ArrayBuffer | ArrayBufferView;

export interface SinkOwner {
  /** Sends a message; false when the queue is above its mark: `drained` must follow. */
  send(data: string | Uint8Array): boolean;
  /** The program closes the stream: the closing handshake starts. */
  onClose(): void;
  /** The program aborts the stream, for this reason. */
  onAbort(reason: unknown): void;
}

/** Missing in the types of Node 20, not in Node 20. */
type Signalling = WritableStreamDefaultController & { readonly signal: AbortSignal };

export class MessageSink {
  readonly writable: WritableStream<WritableMessage>;
  readonly #owner: SinkOwner;
  #controller: WritableStreamDefaultController | undefined;
  #write: Deferred<void> | undefined;
  #close: Deferred<void> | undefined;

  constructor(owner: SinkOwner) {
    this.#owner = owner;
    this.writable = new WritableStream<WritableMessage>({
      start: (controller) => {
        this.#controller = controller;
        // A stream aborts after the write under way: a peer that does not read must not hold it up.
        const { signal } = controller as Signalling;
        signal.addEventListener("abort", () => this.drained());
      },
      write: (chunk) => this.#send(chunk),
      close: () => this.#startClosing(),
      abort: (reason) => owner.onAbort(reason),
    });
  }

  /** Whether bytes of a write have not left yet. */
  get isWriting(): boolean {
    return this.#write !== undefined;
  }

  /** The connection takes more. */
  drained(): void {
    this.#write?.resolve();
    this.#write = undefined;
  }

  /** "a closed WebSocketStream cannot be written to" */
  refuse(): void {
    this.#controller?.error(
      new DOMException("A closed WebSocketStream cannot be written to", "InvalidStateError"),
    );
  }

  /** The connection is closed, cleanly. */
  end(): void {
    this.drained();
    if (this.#close === undefined) this.refuse();
    else this.#close.resolve();
  }

  /** The connection is closed, not cleanly. */
  fail(error: unknown): void {
    this.#write?.reject(error);
    this.#close?.reject(error);
    this.#controller?.error(error);
  }

  #send(chunk: unknown): Promise<void> | undefined {
    // "If chunk is a BufferSource […] Otherwise, let string be the result of converting chunk to an
    // IDL USVString.": of a Blob, too.
    const payload = toPayload(isBlob(chunk) ? `${chunk}` : chunk);
    if (isBlob(payload) || this.#owner.send(payload)) return undefined;
    this.#write = deferred();
    return this.#write.promise;
  }

  #startClosing(): Promise<void> {
    this.#close = deferred();
    this.#owner.onClose();
    return this.#close.promise;
  }
}
