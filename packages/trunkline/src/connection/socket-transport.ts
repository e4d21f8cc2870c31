/**
 * The fast transport for sockets of node:net and node:tls: every read goes into one shared block of
 * memory, and what a plain socket has to write goes straight to its handle, both without a new buffer
 * and without the stream machinery.
 *
 * This is the one file that touches a socket's undocumented inside. `net.connect` has the option
 * `onread: { buffer, callback }`; a socket that a server accepted has no such option, but it is the
 * same class with the same three fields, which are set here. So the socket that
 * others hold (`request.socket`, a set filled on "connection") stays the socket: its addresses,
 * `destroy()`, `setTimeout()` and "close" go on working. What is needed is looked for first; where a
 * piece is missing, `openTransport` (transports.ts) takes the documented way.
 *
 * A write to the handle needs a request, for the case that the system does not take all at once. Up to
 * Node 25 the caller makes it, of a class that is nowhere to be had; from 26 on the handle makes it when
 * it is needed. So the first write of the thread goes through the stream, and which of the two it is, and
 * the class, is learnt from what the stream hands to the handle. A request that was not needed serves
 * the next write. Whenever the stream itself has something to say (bytes of others that wait, a cork,
 * an end, a timeout to push back, a `write` that somebody put in its place), the write is the stream's.
 */
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { getSystemErrorName } from "node:util";
import { DuplexTransport, TRANSPORT } from "./duplex-transport.ts";
import { readBlock } from "./shared-memory.ts";

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): Written;
  writev(request: WriteRequest | null, pieces: readonly Uint8Array[], allBytes: true): Written;
  writeLatin1String(request: WriteRequest | null, text: string): Written;
  /** Bytes that wait in it. */
  readonly writeQueueSize: number;
}

/** A negative errno; or 0, with the given request in use or not; or the request that the handle made. */
type Written = number | WriteRequest;

interface WriteRequest {
  /** -1 while it is not in use. */
  getAsyncId(): number;
  /** Called when bytes that had to wait have left; `status` is 0 or a negative errno. */
  oncomplete?: (this: WriteRequest, status: number) => void;
  transport?: SocketTransport;
  /** Kept alive until then. */
  bytes?: Outgoing;
  /** How many of them had to wait. */
  rest?: number;
}

type Outgoing = Uint8Array | readonly Uint8Array[] | string;

type Callback = (this: object, count: number) => boolean;

/**
 * The symbols under which a socket keeps its `onread` option, if this Node has them. Deno has them too,
 * but its node:http (2.9) loses bytes of a socket that was read this way and then given back.
 */
function findSymbols(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  if (process.versions.deno !== undefined) return undefined;
  const symbols = Object.getOwnPropertySymbols(new Socket());
  const find = (name: string): symbol | undefined =>
    symbols.find((symbol) => symbol.description === name);
  const buffer = find("kBuffer");
  const callback = find("kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

const symbols = findSymbols();
/** Whether sockets here are Node's, inside too. */
export const hasFastSockets: boolean = symbols !== undefined;
const { write } = Socket.prototype;

/** One for all sockets: Node calls it on the socket. */
const onRead: Callback = function (this: { [TRANSPORT]?: SocketTransport }, count) {
  if (this[TRANSPORT] !== undefined) SocketTransport.takeRead(this[TRANSPORT], count);
  return true;
};

/** As Node delivers what it read, for a socket that is not ours to read any more: the block stays with its handle. */
const pushRead = function (this: Socket, count: number): boolean {
  return this.push(Buffer.from(readBlock.subarray(0, count)));
} as Callback;

/** Whether a stream is a socket that can be read the fast way. */
export function isFastSocket(stream: Duplex): stream is Socket {
  if (symbols === undefined || !(stream instanceof Socket) || stream.destroyed) return false;
  const { _handle: handle } = stream as { readonly _handle?: Partial<Handle> | null };
  return typeof handle?.useUserBuffer === "function" && symbols.buffer in stream;
}

/** How a request comes to be, null where the handle makes it; unknown until the first write of the thread. */
let makeRequest: (() => WriteRequest | null) | "unknown" | "unavailable" = "unknown";
/** One that no write has used up. */
let request: WriteRequest | null = null;

/** Lets the stream write, and looks at what it hands to that method of the handle. */
function learnRequest<T>(
  socketHandle: Handle,
  method: "writeBuffer" | "writev" | "writeLatin1String",
  write: () => T,
): T {
  // All take the request first.
  const handle = socketHandle as unknown as Record<string, (...given: unknown[]) => unknown>;
  const original = handle[method];
  handle[method] = (...given) => {
    makeRequest = makerOf(given[0] as WriteRequest | null);
    return original.apply(handle, given);
  };
  try {
    return write();
  } finally {
    delete handle[method];
  }
}

function makerOf(given: WriteRequest | null): typeof makeRequest {
  if (given === null) return () => null;
  const Request = given.constructor as new () => WriteRequest;
  return typeof given.getAsyncId === "function" ? () => new Request() : "unavailable";
}

interface Fields extends Record<symbol, unknown> {
  readonly _handle: Handle | null;
  pause?: typeof pauseStream;
}

function fieldsOf(socket: Duplex): Fields {
  // `isFastSocket` saw it.
  return socket as unknown as Fields;
}

/**
 * A socket with `onread` stops its handle when it is paused, any other goes on reading until its buffer is
 * full, and so notices the end. One that was given back is to do the same.
 */
const pauseStream = Duplex.prototype.pause;

function takesWrites(handle: Partial<Handle>): boolean {
  const { writeBuffer, writev, writeLatin1String, writeQueueSize } = handle;
  return (
    typeof writeBuffer === "function" &&
    typeof writev === "function" &&
    typeof writeLatin1String === "function" &&
    typeof writeQueueSize === "number"
  );
}

export class SocketTransport extends DuplexTransport {
  /** Whether writes may go to the handle: a TLS socket has to encrypt them first. */
  #direct = false;
  /** What waits in the handle. */
  #waiting: WriteRequest | undefined;

  protected override read(socket: Duplex): void {
    const fields = fieldsOf(socket);
    const handle = fields._handle;
    if (symbols === undefined || handle === null) return super.read(socket);
    this.#direct = !this.copies && takesWrites(handle);
    if (fields.pause === pauseStream) delete fields.pause;
    // It stays with the handle, once it is there.
    if (fields[symbols.buffer] !== readBlock) handle.useUserBuffer(readBlock);
    fields[symbols.buffer] = readBlock;
    fields[symbols.callback] = onRead;
    if (socket.readableLength > 0) this.#deliverHeld(socket);
    // The stream asks for bytes once and then waits for them, which never come its way. Else it would
    // ask when it likes, and so begin to read while we have paused.
    socket.read(0);
    socket.resume();
  }

  protected override stopReading(socket: Duplex): void {
    const fields = fieldsOf(socket);
    if (symbols === undefined || fields[symbols.callback] !== onRead) super.stopReading(socket);
    else {
      fields[symbols.callback] = pushRead;
      fields.pause = pauseStream;
    }
  }

  override writeHead(text: string): void {
    const handle = this.#freeHandle;
    if (handle === undefined || makeRequest === "unavailable") return super.writeHead(text);
    if (makeRequest === "unknown") {
      return learnRequest(handle, "writeLatin1String", () => super.writeHead(text));
    }
    request ??= makeRequest();
    this.#handed(handle.writeLatin1String(request, text), text);
  }

  override write(bytes: Uint8Array): boolean {
    const handle = this.#freeHandle;
    if (handle === undefined || makeRequest === "unavailable") return super.write(bytes);
    if (makeRequest === "unknown") {
      return learnRequest(handle, "writeBuffer", () => super.write(bytes));
    }
    request ??= makeRequest();
    return this.#handed(handle.writeBuffer(request, bytes), bytes);
  }

  override writeAll(pieces: readonly Uint8Array[]): boolean {
    const handle = this.#freeHandle;
    if (handle === undefined || makeRequest === "unavailable") return super.writeAll(pieces);
    if (makeRequest === "unknown") {
      return learnRequest(handle, "writev", () => super.writeAll(pieces));
    }
    request ??= makeRequest();
    return this.#handed(handle.writev(request, pieces, true), pieces);
  }

  override get buffered(): number {
    return this.#inHandle + super.buffered;
  }

  /** What waits there of a direct write: what came behind it in the meantime is the stream's, and counted there. */
  get #inHandle(): number {
    if (this.#waiting === undefined) return 0;
    return Math.min(this.#waiting.rest ?? 0, this.#socket._handle?.writeQueueSize ?? 0);
  }

  /** A write through the stream may be done while a direct one waits, and the other way round. */
  protected override drained(): void {
    if (this.#waiting === undefined && !this.waits) super.drained();
  }

  /** `read` saw it. */
  get #socket(): Socket & { readonly _handle: Handle | null } {
    return this.stream as Socket & { readonly _handle: Handle | null };
  }

  /** The handle, if a write may go to it and leave the stream out. */
  get #freeHandle(): Handle | undefined {
    if (!this.#direct || this.#waiting !== undefined) return undefined;
    const socket = this.#socket;
    if (socket.writableLength > 0 || socket.writableCorked > 0) return undefined;
    if (socket.writableEnded || socket.timeout || socket.write !== write) return undefined;
    return socket._handle ?? undefined;
  }

  /** Whether all has left. */
  #handed(written: Written, bytes: Outgoing): boolean {
    const used = written === 0 ? request : written;
    if (typeof used === "number") return this.#fail(getSystemErrorName(used), used);
    if (used === null) return true;
    // How much waits would not tell whether it is in use: the last byte may have left meanwhile, and the
    // request is still to be completed. One that the handle made and could not use has failed.
    if (used.getAsyncId() === -1) return written === 0 || this.#fail("EPIPE");
    request = null;
    used.transport = this;
    used.bytes = bytes;
    used.rest = this.#socket._handle?.writeQueueSize ?? 0;
    used.oncomplete = onComplete;
    this.#waiting = used;
    return false;
  }

  /** As Node ends a socket whose write failed. */
  #fail(code: string, errno?: number): false {
    request = null;
    const error = new Error(`write ${code}`);
    this.stream.destroy(Object.assign(error, { errno, code, syscall: "write" }));
    return false;
  }

  /** What the stream had read by itself, while the handshake was decided, comes before everything else. */
  #deliverHeld(socket: Duplex): void {
    const held: Uint8Array[] = [];
    // Queued before the last byte is taken, because that queues "end" if the peer has ended.
    process.nextTick(() => {
      for (const bytes of held) this.receiver?.onData(bytes);
    });
    while (socket.readableLength > 0) {
      const bytes: unknown = socket.read();
      if (!(bytes instanceof Uint8Array)) break;
      held.push(bytes);
    }
  }

  static takeRead(transport: SocketTransport, count: number): void {
    transport.receiver?.onData(readBlock, count);
  }

  static complete(transport: SocketTransport, status: number): void {
    transport.#waiting = undefined;
    if (transport.stream.destroyed) return;
    if (status < 0) transport.#fail(getSystemErrorName(status), status);
    else transport.drained();
  }
}

/** One for all requests. */
function onComplete(this: WriteRequest, status: number): void {
  if (this.transport !== undefined) SocketTransport.complete(this.transport, status);
}
