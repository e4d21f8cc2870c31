/**
 * `Receiver` of `ws`: a Writable that takes the bytes of a peer and emits "message", "ping", "pong" and
 * "conclude". The reading is the core's; a WebSocket has no need of it, since its connection has a core.
 */
import { Writable } from "node:stream";
import { type ReadEvent, Reader } from "../protocol/reader.ts";
import { bufferRuntime } from "./buffer-runtime.ts";
import { boundOf } from "./connection-settings.ts";
import { type BinaryType, toBuffer, toRawData } from "./payload.ts";
import { PerMessageDeflate } from "./permessage-deflate.ts";
import { receiveError } from "./receive-error.ts";

export interface ReceiverOptions {
  readonly allowSynchronousEvents?: boolean | undefined;
  readonly binaryType?: BinaryType | undefined;
  readonly extensions?: Readonly<Record<string, PerMessageDeflate>> | undefined;
  readonly isServer?: boolean | undefined;
  /** Pieces that the payload of a frame may come in; 0 is any number. */
  readonly maxBufferedChunks?: number | undefined;
  readonly maxFragments?: number | undefined;
  readonly maxPayload?: number | undefined;
  readonly skipUTF8Validation?: boolean | undefined;
}

type Done = (error?: Error | null) => void;

export class Receiver extends Writable {
  readonly #reader: Reader;
  readonly #isSynchronous: boolean;
  #binaryType: BinaryType;

  constructor(options: ReceiverOptions = {}) {
    super();
    this.#isSynchronous = options.allowSynchronousEvents ?? true;
    this.#binaryType = options.binaryType ?? "nodebuffer";
    this.#reader = new Reader({
      role: options.isServer ? "server" : "client",
      maxMessageSize: boundOf(options.maxPayload),
      maxFragments: boundOf(options.maxFragments),
      maxPieces: boundOf(options.maxBufferedChunks),
      texts: options.skipUTF8Validation ? "unchecked" : "bytes",
      runtime: bufferRuntime,
      codec: options.extensions?.[PerMessageDeflate.extensionName]?.codec,
    });
    this.#reader.cutting = this.#binaryType === "fragments";
  }

  get _binaryType(): BinaryType {
    return this.#binaryType;
  }

  set _binaryType(type: BinaryType) {
    this.#binaryType = type;
    this.#reader.cutting = type === "fragments";
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#reader.feed(chunk);
    this.#pump(done);
  }

  #pump(done: Done): void {
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      if (event.type === "fail") return done(receiveError(event.failure, event.found));
      if (event.type === "close") return this.#conclude(event.close, done);
      if (!this.#isSynchronous) {
        const one = event;
        setImmediate(() => {
          this.#tell(one);
          this.#pump(done);
        });
        return;
      }
      this.#tell(event);
    }
    this.#reader.keep();
    done();
  }

  #conclude({ code, reason }: { code: number; reason: string }, done: Done): void {
    this.emit("conclude", code, Buffer.from(reason));
    this.end();
    done();
  }

  #tell(event: ReadEvent): void {
    switch (event.type) {
      case "binary":
        this.emit("message", toRawData(event.data, this.#binaryType, event.cuts), true);
        return;
      case "utf8":
        this.emit("message", toBuffer(event.data), false);
        return;
      case "ping":
      case "pong":
        this.emit(event.type, toBuffer(event.data));
    }
  }
}
