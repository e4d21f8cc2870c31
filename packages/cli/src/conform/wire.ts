/**
 * One byte stream to the tested side, TCP or TLS: bytes go out as they are given, and come in when
 * they are asked for, each wait with its bound. It knows nothing of HTTP and WebSocket.
 */
import type { Socket } from "node:net";

export type Reading =
  | { readonly type: "bytes"; readonly bytes: Buffer }
  /** Nothing comes any more: their FIN, or a reset. */
  | { readonly type: "end"; readonly reset: boolean }
  /** Nothing came in time. */
  | { readonly type: "silence" };

export class Wire {
  readonly #socket: Socket;
  readonly #tcp: Socket;
  #chunks: Buffer[] = [];
  #end: { readonly reset: boolean } | undefined;
  #wake: () => void = () => {};

  /** The socket is connected, and made with `allowHalfOpen`; `tcp` is what TLS runs over. */
  constructor(socket: Socket, tcp: Socket = socket) {
    this.#socket = socket;
    this.#tcp = tcp;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.once("end", () => this.#over(false));
    socket.once("error", () => this.#over(true));
    socket.once("close", () => this.#over(false));
  }

  /** Whether their side ended, and all that came before was read. */
  get isOver(): boolean {
    return this.#end !== undefined && this.#chunks.length === 0;
  }

  /** Whether bytes have come that were not read. */
  get hasBytes(): boolean {
    return this.#chunks.length > 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Puts bytes in front of what comes next. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#chunks.unshift(bytes);
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Settles when the kernel took the bytes and the loop turned once, so that they leave alone. */
  async writeAlone(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.writable) return;
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Settles with true when all that was written left, with false after `milliseconds` or when the stream broke. */
  async sent(milliseconds: number): Promise<boolean> {
    const socket = this.#socket;
    if (socket.writableLength === 0) return true;
    if (!socket.writable) return false;
    return new Promise((resolve) => {
      const settle = (value: boolean) => {
        clearTimeout(timer);
        socket.off("close", onClose);
        resolve(value);
      };
      const onClose = () => settle(false);
      const timer = setTimeout(settle, milliseconds, false);
      socket.once("close", onClose);
      socket.write("", () => settle(socket.writable));
    });
  }

  /** Whatever has come since the last time, in one piece. */
  async read(milliseconds: number): Promise<Reading> {
    if (this.#chunks.length === 0 && this.#end === undefined) await this.#wait(milliseconds);
    if (this.#chunks.length > 0) {
      const bytes = Buffer.concat(this.#chunks);
      this.#chunks = [];
      return { type: "bytes", bytes };
    }
    return this.#end === undefined ? { type: "silence" } : { type: "end", ...this.#end };
  }

  /** Sends our FIN; their side may go on sending. */
  end(): void {
    this.#socket.end();
  }

  /** Sends a reset. */
  reset(): void {
    this.#tcp.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Stops taking bytes from the kernel, so that the peer's window fills. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #over(reset: boolean): void {
    this.#end ??= { reset };
    this.#wake();
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
