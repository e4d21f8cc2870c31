/**
 * A WebSocket as a Duplex: its messages are what is read, each write is a message, the end of the
 * writing begins the closing handshake. The stream stops reading from the network while nobody reads
 * from it.
 */
import { Duplex, type DuplexOptions } from "node:stream";
import type { RawData } from "./payload.ts";
import type { WebSocket } from "./websocket.ts";

type Done = (error?: Error | null) => void;

/** `createWebSocketStream`. `options` are those of Duplex; the writing side takes no objects. */
export function createWebSocketStream(ws: WebSocket, options?: DuplexOptions): Duplex {
  /** After an error of its own the WebSocket closes with a Close, which must still go out. */
  let terminates = true;
  const duplex = new Duplex({
    ...options,
    autoDestroy: false,
    emitClose: false,
    objectMode: false,
    writableObjectMode: false,
    read: () => {
      if (ws.isPaused) ws.resume();
    },
    write: (chunk: unknown, _encoding, done) => whenOpen(ws, () => ws.send(chunk, done)),
    final: (done) => whenOpen(ws, () => finish(ws, duplex, done)),
    destroy: (error, done) => destroy(ws, duplex, error, done, terminates),
  });
  ws.on("message", (data: RawData, isBinary: boolean) => {
    const asText = !isBinary && duplex.readableObjectMode;
    if (!duplex.push(asText ? data.toString() : data)) ws.pause();
  });
  ws.once("error", (error: Error) => {
    if (duplex.destroyed) return;
    terminates = false;
    duplex.destroy(error);
  });
  ws.once("close", () => {
    if (!duplex.destroyed) duplex.push(null);
  });
  duplex.on("end", () => {
    if (!duplex.destroyed && duplex.writableFinished) duplex.destroy();
  });
  duplex.on("error", onError);
  return duplex;
}

/** Throws the error as if nobody listened, when nobody else does. */
function onError(this: Duplex, error: Error): void {
  this.removeListener("error", onError);
  this.destroy();
  if (this.listenerCount("error") === 0) this.emit("error", error);
}

function whenOpen(ws: WebSocket, action: () => void): void {
  if (ws.readyState === ws.CONNECTING) ws.once("open", action);
  else action();
}

function finish(ws: WebSocket, duplex: Duplex, done: Done): void {
  const socket = ws._socket;
  // The opening handshake failed: "error" ends the stream.
  if (socket === null) return;
  if (socket.writableFinished) {
    done();
    if (duplex.readableEnded) duplex.destroy();
    return;
  }
  socket.once("finish", () => done());
  ws.close();
}

function destroy(
  ws: WebSocket,
  duplex: Duplex,
  error: Error | null,
  done: Done,
  terminates: boolean,
): void {
  const emitClose = (): void => process.nextTick(() => duplex.emit("close"));
  if (ws.readyState === ws.CLOSED) {
    done(error);
    return emitClose();
  }
  let failed = false;
  ws.once("error", (reason: Error) => {
    failed = true;
    done(reason);
  });
  ws.once("close", () => {
    if (!failed) done(error);
    emitClose();
  });
  if (terminates) ws.terminate();
}
