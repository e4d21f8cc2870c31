/**
 * The readable side of a WebSocketStream: messages wait in the inbox, which pauses the connection
 * above its mark, and the ReadableStream holds none of its own. So its end, too, waits for what came
 * before it: nothing that was received is lost to a reader who is slow.
 *
 * The draft enqueues one message and applies back-pressure until it is read, and so do we at 64 KiB:
 * reading on to there lets a peer's Close be seen although nobody reads.
 */
import { Inbox, type Pausable } from "../connection/inbox.ts";

/** Bytes of messages that wait before the connection is paused. */
const highWaterMark = 65_536;

type Message = string | Uint8Array;
type End = { readonly error?: unknown };

export class MessageSource {
  readonly readable: ReadableStream<Message>;
  readonly #inbox: Inbox;
  #controller: ReadableStreamDefaultController<Message> | undefined;
  /** A reader waits for the next message. */
  #isWanted = false;
  #end: End | undefined;

  /** `onCancel`: the reader wants no more, for this reason. */
  constructor(line: Pausable, onCancel: (reason: unknown) => void) {
    this.#inbox = new Inbox(line, highWaterMark);
    this.readable = new ReadableStream<Message>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#controller = undefined;
          onCancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** A message came. */
  put(message: Message): void {
    if (!this.#isWanted) return this.#inbox.put(message);
    this.#isWanted = false;
    this.#controller?.enqueue(message);
  }

  /** No message comes any more: the stream closes, or fails with the error, once all are read. */
  end(end: End = {}): void {
    this.#end ??= end;
    this.#finish();
  }

  #pull(): void {
    const message = this.#inbox.take();
    if (message === undefined) {
      this.#isWanted = true;
      return;
    }
    this.#controller?.enqueue(message);
    this.#finish();
  }

  #finish(): void {
    const controller = this.#controller;
    if (this.#end === undefined || controller === undefined || !this.#inbox.isEmpty) return;
    this.#controller = undefined;
    if ("error" in this.#end) controller.error(this.#end.error);
    else controller.close();
  }
}
