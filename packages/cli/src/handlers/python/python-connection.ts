/**
 * One connection whose handler runs in the Python worker: what the socket tells goes to the worker,
 * what the worker asks is done to the socket. Both directions are bounded by a window: here the
 * socket is paused while too much lies unread over there, and credit for what was sent goes back
 * when it has left.
 */
import type { IncomingMessage } from "node:http";
import type { CloseInfo, PeerClose, ServerWebSocket } from "trunkline/server";
import { KINDS, OVERHEAD, type PipeFrame, WINDOW } from "./pipe-frames.ts";

/** What the handler's handshake function came to. */
export type Verdict =
  | {
      readonly kind: "accept";
      readonly protocol: string | null;
      readonly headers: readonly (readonly [string, string])[];
      /** Whether compression may be negotiated. */
      readonly deflate: boolean;
    }
  | { readonly kind: "refuse"; readonly status: number; readonly reason: string }
  | { readonly kind: "abort" };

/** The way to the worker, under this connection's number. */
export interface Line {
  write(kind: number, payload: string | Uint8Array): void;
  /** Nothing follows. */
  end(info: CloseInfo): void;
}

export type PythonSocket = ServerWebSocket<PythonConnection>;

const INTERNAL_ERROR = 1011;
const WORKER_GONE: Verdict = {
  kind: "refuse",
  status: 503,
  reason: "The Python worker ended; it is started again.",
};

export class PythonConnection {
  readonly verdict: Promise<Verdict>;
  readonly #raw: IncomingMessage;
  #line: Line | undefined;
  #decide: (verdict: Verdict) => void = () => {};
  #socket: PythonSocket | undefined;
  /** Sent to the worker and not read by the handler. Bytes. */
  #unread = 0;
  /** Sent by the worker and gone out, not told yet. Bytes. */
  #credit = 0;
  #isBlocked = false;
  #whenAnswered: (() => void) | undefined;

  constructor(line: Line, raw: IncomingMessage) {
    this.#line = line;
    this.#raw = raw;
    this.verdict = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  // ---- what the socket tells

  opened(socket: PythonSocket): void {
    this.#socket = socket;
    const { protocol, extensions } = socket;
    if (this.#line) this.#line.write(KINDS.OPENED, JSON.stringify({ protocol, extensions }));
    else socket.close(INTERNAL_ERROR);
  }

  message(socket: PythonSocket, data: string | Uint8Array): void {
    this.#line?.write(typeof data === "string" ? KINDS.TEXT : KINDS.BINARY, data);
    this.#unread += sizeOf(data) + OVERHEAD;
    if (this.#unread >= WINDOW) socket.pause();
  }

  drained(): void {
    this.#isBlocked = false;
    this.#giveCredit();
  }

  /** Settles when the handler has answered the client's Close. */
  closing({ code, reason }: PeerClose): Promise<void> {
    this.#line?.write(KINDS.CLOSE, code === 1005 ? "" : encodeClose(code, reason));
    return new Promise((resolve) => {
      this.#whenAnswered = resolve;
      if (!this.#line) resolve();
    });
  }

  /** The stream is gone, whether a socket was opened or not. */
  ended(info: CloseInfo): void {
    this.#line?.end(info);
    this.#line = undefined;
    this.#whenAnswered?.();
  }

  // ---- what the worker tells

  take({ kind, payload }: PipeFrame): void {
    switch (kind) {
      case KINDS.ACCEPT:
        return this.#decide({ kind: "accept", ...JSON.parse(payload.toString()) });
      case KINDS.REFUSE:
        return this.#decide({ kind: "refuse", ...JSON.parse(payload.toString()) });
      case KINDS.ABORT:
        return this.#abort();
      case KINDS.TEXT:
        return this.#send(payload.toString(), payload.length);
      case KINDS.BINARY:
        return this.#send(Buffer.from(payload), payload.length);
      case KINDS.PING:
        this.#socket?.ping(payload);
        return this.#sent(payload.length);
      case KINDS.RAW:
        return this.#writeRaw(Buffer.from(payload));
      case KINDS.CLOSE:
        return this.#close(payload);
      case KINDS.CREDIT:
        return this.#takeCredit(payload.readUInt32BE(0));
    }
  }

  /** The worker ended without a word. */
  crashed(): void {
    this.#line = undefined;
    this.#decide(WORKER_GONE);
    this.#socket?.close(INTERNAL_ERROR);
    this.#whenAnswered?.();
  }

  #send(data: string | Uint8Array, size: number): void {
    const socket = this.#socket;
    // What is sent to a closing socket is discarded, and no drain follows.
    if (socket && !socket.send(data) && socket.readyState === 1) this.#isBlocked = true;
    this.#sent(size);
  }

  #sent(size: number): void {
    this.#credit += size + OVERHEAD;
    if (!this.#isBlocked && this.#credit >= WINDOW / 4) this.#giveCredit();
  }

  #giveCredit(): void {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.#credit);
    this.#credit = 0;
    this.#line?.write(KINDS.CREDIT, count);
  }

  #takeCredit(size: number): void {
    const wasFull = this.#unread >= WINDOW / 2;
    this.#unread -= size;
    if (wasFull && this.#unread < WINDOW / 2) this.#socket?.resume();
  }

  /** Past the framing, behind what is queued. */
  #writeRaw(bytes: Uint8Array): void {
    // It hands over what is queued; when all has left does not matter here.
    void this.#socket?.drained();
    this.#raw.socket.write(bytes, () => this.#sent(bytes.length));
  }

  #close(payload: Buffer): void {
    if (payload.length < 2) this.#socket?.close();
    else this.#socket?.close(payload.readUInt16BE(0), payload.toString("utf8", 2));
    this.#whenAnswered?.();
  }

  #abort(): void {
    if (this.#socket) this.#socket.terminate();
    else this.#decide({ kind: "abort" });
  }
}

function sizeOf(data: string | Uint8Array): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.length;
}

function encodeClose(code: number, reason: string): Buffer {
  const payload = Buffer.allocUnsafe(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return payload;
}
