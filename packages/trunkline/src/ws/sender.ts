/**
 * `Sender` of `ws`: frames with what a connection of ours never sends by itself (fragments, keys of the
 * caller's, masking against the role, the bytes of a Blob once they are read), written to a socket or to
 * the connection that a WebSocket has. What needs none of that passes it by.
 */
import { types } from "node:util";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { encodeClose, isSendableCode, MAX_REASON_BYTES } from "../protocol/close.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  headerSize,
  MAX_CONTROL_PAYLOAD,
  PING,
  PONG,
  RSV1,
  TEXT,
  writeHeader,
} from "../protocol/frame.ts";
import { maskBytes, readKey } from "../protocol/mask.ts";
import { EMPTY, isBlob, toBuffer } from "./payload.ts";
import { PerMessageDeflate } from "./permessage-deflate.ts";

export type WriteCallback = (error?: Error | null) => void;
/** Writes four bytes of masking key into the buffer. */
export type GenerateMask = (mask: Buffer) => void;

/** Where frames go: a socket, or what stands for one. */
export interface FrameSocket {
  write(chunk: Uint8Array | string, callback?: WriteCallback): unknown;
  cork?(): void;
  uncork?(): void;
  readonly destroyed?: boolean;
}

export interface FrameOptions {
  readonly fin?: boolean | undefined;
  readonly opcode: number;
  readonly mask?: boolean | undefined;
  readonly generateMask?: GenerateMask | undefined;
  readonly maskBuffer?: Buffer | undefined;
  readonly rsv1?: boolean | undefined;
  /** No promise to the caller: its bytes are never changed. */
  readonly readOnly?: boolean | undefined;
}

export interface MessageOptions {
  readonly binary?: boolean | undefined;
  readonly compress?: boolean | undefined;
  readonly fin?: boolean | undefined;
  readonly mask?: boolean | undefined;
}

type Extensions = Readonly<Record<string, PerMessageDeflate>>;

interface Waiting {
  readonly action: () => void;
  readonly callback: WriteCallback | undefined;
  /** Bytes. */
  readonly size: number;
}

const ownKey = Buffer.alloc(4);

export class Sender {
  /** A Blob could not be read. */
  onerror: (error: Error) => void = () => {};
  /** Bytes of messages that wait for a Blob. */
  _bufferedBytes = 0;
  readonly _socket: FrameSocket;
  readonly _extensions: Extensions;
  readonly #generateMask: GenerateMask | undefined;
  #firstFragment = true;
  #compressing = false;
  /** What waits for a Blob that is being read. */
  #queue: Waiting[] | undefined;

  constructor(socket: FrameSocket, extensions: Extensions = {}, generateMask?: GenerateMask) {
    this._socket = socket;
    this._extensions = extensions;
    this.#generateMask = generateMask;
  }

  /** A frame as the pieces that go out one after the other. */
  static frame(data: Uint8Array | string, options: FrameOptions): Buffer[] {
    const payload = typeof data === "string" ? Buffer.from(data) : toBuffer(data);
    const size = payload.length;
    const firstByte = options.opcode | (options.fin ? FIN : 0) | (options.rsv1 ? RSV1 : 0);
    if (!options.mask) {
      const header = Buffer.allocUnsafe(headerSize(size));
      writeHeader(header, 0, firstByte, size, undefined);
      return size === 0 ? [header] : [header, payload];
    }
    const key = drawKey(options);
    const frame = Buffer.allocUnsafe(headerSize(size) + 4 + size);
    const start = writeHeader(frame, 0, firstByte, size, key);
    frame.set(payload, start);
    maskBytes(frame, start, frame.length, key);
    return [frame];
  }

  /** Whether the next message may pass by: none is half sent, and none waits. */
  get isIdle(): boolean {
    return this.#firstFragment && this.#queue === undefined;
  }

  /**
   * Calls `action`, which sends `size` bytes, once what waits has gone out, or at once; where nothing
   * can go out any more, `callback` is told.
   */
  after(action: () => void, callback?: WriteCallback, size = 0): void {
    if (this.#queue === undefined) return action();
    this._bufferedBytes += size;
    this.#queue.push({ action, callback, size });
  }

  /** Sends a message, or with `fin: false` a fragment of one. */
  send(data: unknown, options: MessageOptions, callback?: WriteCallback): void {
    if (isBlob(data))
      return this.#readBlob(data, (bytes) => this.send(bytes, options, callback), callback);
    const bytes = toBuffer(data);
    this.after(() => this.#sendFragment(bytes, options, callback), callback, bytes.length);
  }

  #sendFragment(bytes: Buffer, options: MessageOptions, callback: WriteCallback | undefined): void {
    const { fin = false, mask, binary } = options;
    const isFirst = this.#firstFragment;
    if (isFirst) this.#compressing = options.compress === true && this.#isWorthIt(bytes);
    this.#firstFragment = fin;
    const opcode = !isFirst ? CONTINUATION : binary ? BINARY : TEXT;
    const frame = { fin, mask, opcode, rsv1: isFirst && this.#compressing };
    if (!this.#compressing) return this.#write(bytes, frame, callback);
    this.#deflate?.compress(bytes, fin, (_error, deflated = EMPTY) => {
      this.#write(deflated, frame, callback);
    });
  }

  get #deflate(): PerMessageDeflate | undefined {
    return this._extensions[PerMessageDeflate.extensionName];
  }

  #isWorthIt(bytes: Buffer): boolean {
    const deflate = this.#deflate;
    return deflate !== undefined && bytes.length >= deflate.codec.threshold;
  }

  ping(data: unknown, mask?: boolean, callback?: WriteCallback): void {
    this.#control(PING, data, mask, callback);
  }

  pong(data: unknown, mask?: boolean, callback?: WriteCallback): void {
    this.#control(PONG, data, mask, callback);
  }

  #control(
    opcode: number,
    data: unknown,
    mask: boolean | undefined,
    callback: WriteCallback | undefined,
  ): void {
    checkControlSize(data);
    const options = { fin: true, mask, opcode };
    if (isBlob(data)) {
      return this.#readBlob(data, (bytes) => this.#write(bytes, options, callback), callback);
    }
    const bytes = toBuffer(data);
    this.after(() => this.#write(bytes, options, callback), callback, bytes.length);
  }

  close(
    code: number | undefined,
    data: string | Uint8Array | undefined,
    mask?: boolean,
    callback?: WriteCallback,
  ): void {
    const reason = closeReason(code, data);
    const payload = code === undefined ? EMPTY : encodeClose(code, reason, nodeRuntime);
    const options = { fin: true, mask, opcode: CLOSE };
    this.after(() => this.#write(payload, options, callback), callback, payload.length);
  }

  #write(data: Uint8Array, options: FrameOptions, callback: WriteCallback | undefined): void {
    const generateMask = this.#generateMask;
    this.sendFrame(Sender.frame(data, { ...options, generateMask }), callback);
  }

  /** Writes the pieces of a frame. */
  sendFrame(list: readonly (Uint8Array | string)[], callback?: WriteCallback): void {
    const socket = this._socket;
    socket.cork?.();
    for (const [index, piece] of list.entries()) {
      socket.write(piece, index === list.length - 1 ? callback : undefined);
    }
    socket.uncork?.();
  }

  /** Everything that is sent meanwhile waits, so that the order stays. */
  #readBlob(blob: Blob, then: (bytes: Buffer) => void, callback: WriteCallback | undefined): void {
    if (this.#queue !== undefined) {
      return this.after(() => this.#readBlob(blob, then, callback), callback, blob.size);
    }
    this.#queue = [];
    this._bufferedBytes += blob.size;
    blob.arrayBuffer().then(
      (buffer) =>
        process.nextTick(() =>
          this.#finishBlob(blob, () => then(toBuffer(new Uint8Array(buffer))), callback),
        ),
      (error) => process.nextTick(() => this.#failBlob(blob, error, callback)),
    );
  }

  #finishBlob(blob: Blob, send: () => void, callback: WriteCallback | undefined): void {
    if (this._socket.destroyed) {
      const error = new Error("The socket was closed while the blob was being read");
      return this.#abandon(error, callback);
    }
    this._bufferedBytes -= blob.size;
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    send();
    for (const { action, callback, size } of waiting) {
      this._bufferedBytes -= size;
      this.after(action, callback, size);
    }
  }

  #failBlob(blob: Blob, error: Error, callback: WriteCallback | undefined): void {
    this._bufferedBytes -= blob.size;
    this.#abandon(error, callback);
    this.onerror(error);
  }

  /** Tells the sender of a Blob, and all who wait behind it, that nothing goes out. */
  #abandon(error: Error, callback: WriteCallback | undefined): void {
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    callback?.(error);
    for (const { callback } of waiting) callback?.(error);
  }
}

function drawKey({ generateMask, maskBuffer = ownKey }: FrameOptions): number {
  if (generateMask === undefined) nodeRuntime.fillRandom(maskBuffer);
  else generateMask(maskBuffer);
  return readKey(maskBuffer, 0);
}

/** @throws {RangeError} for what a ping or pong cannot carry */
export function checkControlSize(data: unknown): void {
  const size = isBlob(data) ? data.size : toBuffer(data).length;
  if (size > MAX_CONTROL_PAYLOAD) {
    throw new RangeError("The data size must not be greater than 125 bytes");
  }
}

/** The reason of a Close as text. @throws {TypeError | RangeError} for what a Close cannot carry */
export function closeReason(code: unknown, data: unknown): string {
  if (code === undefined) return "";
  if (typeof code !== "number" || !isSendableCode(code)) {
    throw new TypeError("First argument must be a valid error code number");
  }
  // A number, an object, an empty list: what has no length is no reason.
  if (data === undefined || (data !== null && !(data as { length?: unknown }).length)) return "";
  if (typeof data !== "string" && !types.isUint8Array(data)) {
    throw new TypeError("Second argument must be a string or a Uint8Array");
  }
  if (Buffer.byteLength(data) > MAX_REASON_BYTES) {
    throw new RangeError("The message must not be greater than 123 bytes");
  }
  return typeof data === "string" ? data : toBuffer(data).toString();
}
