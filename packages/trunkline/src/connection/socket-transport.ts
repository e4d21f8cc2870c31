/**
 * The fast transport for sockets of node:net and node:tls: every read goes into one shared block of
 * memory, without a new buffer and without the stream machinery.
 *
 * This is the one file that touches a socket's undocumented inside. `net.connect` has the option
 * `onread: { buffer, callback }`; a socket that a server accepted has no such option, but it is the
 * same class with the same three fields, which are set here after the handshake. So the socket that
 * others hold (`request.socket`, a set filled on "connection") stays the socket: its addresses,
 * `destroy()`, `setTimeout()` and "close" go on working. What is needed is looked for first; where a
 * piece is missing, `openTransport` (transports.ts) takes the documented way.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DuplexTransport } from "./duplex-transport.ts";
import { readBlock } from "./shared-memory.ts";
import type { Receiver } from "./transport.ts";

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

type Callback = (this: object, count: number) => boolean;

/** The symbols under which a socket keeps its `onread` option, if this Node has them. */
function findSymbols(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const symbols = Object.getOwnPropertySymbols(new Socket());
  const find = (name: string): symbol | undefined =>
    symbols.find((symbol) => symbol.description === name);
  const buffer = find("kBuffer");
  const callback = find("kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

const symbols = findSymbols();
const RECEIVER = Symbol("receiver");

/** One for all sockets: Node calls it on the socket. */
const onRead: Callback = function (this: { [RECEIVER]?: Receiver }, count) {
  this[RECEIVER]?.onData(readBlock, count);
  return true;
};

/** Whether a stream is a socket that can be read the fast way. */
export function isFastSocket(stream: Duplex): stream is Socket {
  if (symbols === undefined || !(stream instanceof Socket) || stream.destroyed) return false;
  const { _handle: handle } = stream as { readonly _handle?: Partial<Handle> | null };
  return typeof handle?.useUserBuffer === "function" && symbols.buffer in stream;
}

export class SocketTransport extends DuplexTransport {
  protected override read(socket: Duplex, receiver: Receiver): void {
    const fields = socket as unknown as Record<symbol, unknown> & { _handle: Handle | null };
    const handle = fields._handle;
    if (symbols === undefined || handle === null) return super.read(socket, receiver);
    fields[RECEIVER] = receiver;
    fields[symbols.buffer] = readBlock;
    fields[symbols.callback] = onRead;
    handle.useUserBuffer(readBlock);
    if (socket.readableLength > 0) deliverHeld(socket, receiver);
    // The stream asks for bytes once and then waits for them, which never come its way. Else it would
    // ask when it likes, and so begin to read while we have paused.
    socket.read(0);
    socket.resume();
  }
}

/** What the stream had read by itself, while the handshake was decided, comes before everything else. */
function deliverHeld(socket: Duplex, receiver: Receiver): void {
  const held: Uint8Array[] = [];
  // Queued before the last byte is taken, because that queues "end" if the peer has ended.
  process.nextTick(() => {
    for (const bytes of held) receiver.onData(bytes);
  });
  while (socket.readableLength > 0) {
    const bytes: unknown = socket.read();
    if (!(bytes instanceof Uint8Array)) break;
    held.push(bytes);
  }
}
