/**
 * A server over a bare TCP socket that does what a test's script says, right or wrong.
 *
 * It writes frames by hand, so that nothing under test checks itself. Every peer and every socket of it
 * is gone when `close` settles. Not a test, and named so that it stays out of the package.
 */
import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { opcodes } from "../testing/frames.test.util.ts";
import { ReceivedBytes } from "../testing/received-bytes.test.util.ts";

export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export { opcodes };

/** One connection, as the script sees it. */
export class Peer {
  readonly socket: Socket;
  readonly #received: ReceivedBytes;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#received = new ReceivedBytes(socket);
  }

  /** Settles when the client's FIN came, or the stream broke. */
  get ended(): Promise<void> {
    return this.#received.ended;
  }

  /** The client's request, up to its empty line. */
  request(): Promise<string> {
    return this.#received.takeHead();
  }

  /** The path that the client asks for; `request` and `accept` still find the request whole. */
  async path(): Promise<string> {
    await this.#received.until((waiting) => waiting.includes("\r\n"));
    return this.#received.waiting.toString("latin1").split(" ", 2)[1] ?? "";
  }

  /** Answers the handshake, and returns the request; `headers` are lines without their ends. */
  async accept(...headers: readonly string[]): Promise<string> {
    const request = await this.request();
    this.answer(request, ...headers);
    return request;
  }

  /** Accepts a request that was read already. */
  answer(request: string, ...headers: readonly string[]): void {
    const lines = [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${acceptOf(request)}`,
      ...headers,
    ];
    this.write(`${lines.join("\r\n")}\r\n\r\n`);
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** The client's next frame, unmasked. */
  async frame(): Promise<Frame> {
    const received = this.#received;
    await received.until(({ length }) => length >= 2);
    const [first = 0, second = 0] = received.waiting;
    const lengthBytes = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
    const keyAt = 2 + lengthBytes;
    await received.until(({ length }) => length >= keyAt + 4);
    const size =
      lengthBytes === 0
        ? second & 0x7f
        : Number.parseInt(received.waiting.toString("hex", 2, keyAt), 16);
    await received.until(({ length }) => length >= keyAt + 4 + size);
    const whole = received.take(keyAt + 4 + size);
    const key = whole.subarray(keyAt, keyAt + 4);
    const payload = Buffer.from(
      whole.subarray(keyAt + 4).map((byte, at) => byte ^ (key[at % 4] ?? 0)),
    );
    return { fin: first > 127, opcode: first & 15, masked: second > 127, payload };
  }

  /** Waits for the client's Close, answers with the same, and ends the stream. */
  async answerClose(): Promise<Frame> {
    let frame = await this.frame();
    while (frame.opcode !== opcodes.close) frame = await this.frame();
    this.write(encodeFrame(opcodes.close, frame.payload));
    this.socket.end();
    return frame;
  }
}

export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  /** How many connections came. */
  readonly count: () => number;
  /** The script's end, for the first connection: rejects when it threw. */
  readonly done: Promise<void>;
}

/** Starts a server on a free port of the loopback whose every connection runs `script`; the test's end closes it. */
export async function startPeer(
  context: { after(end: () => unknown): void },
  script: (peer: Peer) => Promise<unknown>,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const done = deferred();
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    count++;
    sockets.add(socket);
    script(new Peer(socket)).then(() => done.resolve(), done.reject);
  });
  done.promise.catch(() => {});
  const port = await listen(server);
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `ws://127.0.0.1:${port}/`, port, count: () => count, done: done.promise };
}

/** A frame as a server writes it. `key` masks it, which a server must not. */
export function encodeFrame(
  opcode: number,
  payload: string | Uint8Array = "",
  { fin = true, key }: { readonly fin?: boolean; readonly key?: readonly number[] } = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const header = [(fin ? 0x80 : 0) | opcode];
  const mask = key === undefined ? 0 : 0x80;
  if (bytes.length < 126) header.push(mask | bytes.length);
  else if (bytes.length < 65_536) header.push(mask | 126, bytes.length >> 8, bytes.length & 255);
  else
    header.push(
      mask | 127,
      ...[7, 6, 5, 4, 3, 2, 1, 0].map((at) => (bytes.length / 256 ** at) & 255),
    );
  if (key === undefined) return Buffer.concat([Buffer.from(header), bytes]);
  const masked = bytes.map((byte, at) => byte ^ (key[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([...header, ...key]), masked]);
}

/** The payload of a Close frame. */
export function closePayload(code: number, reason = ""): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
}

export function acceptOf(request: string): string {
  const key = /^sec-websocket-key: *(.*)\r$/im.exec(request)?.[1] ?? "";
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { promise, resolve, reject };
}
