/**
 * A client over a bare TCP socket that sends what a test says, right or wrong, and a server to send it to.
 *
 * Everything is closed at the test's end: a socket that is left open would keep the run from ending.
 */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { type ReadEvent, Reader } from "../protocol/reader.ts";
import { closePayload, type FrameParts, frameFor } from "../testing/frames.test.util.ts";
import { ReceivedBytes } from "../testing/received-bytes.test.util.ts";
import type { Routes } from "./handler.ts";
import { type ServeOptions, type Server, serve } from "./serve.ts";
import type { Logger } from "./settings.ts";

/** The answer to a request, its header names in lower case. */
export interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The header lines of an opening handshake besides Host; a test replaces or leaves out some. */
export const handshakeHeaders: Readonly<Record<string, string>> = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
};

export class RawPeer {
  readonly socket: Socket;
  readonly #received: ReceivedBytes;
  readonly #reader = new Reader({
    role: "client",
    maxMessageSize: Number.POSITIVE_INFINITY,
    runtime: nodeRuntime,
  });

  constructor(socket: Socket) {
    this.socket = socket;
    this.#received = new ReceivedBytes(socket);
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** Sends a request; an undefined header is left out. */
  ask(
    path: string,
    headers: Readonly<Record<string, string | undefined>> = {},
    line = `GET ${path} HTTP/1.1`,
  ): void {
    const all = { Host: "localhost", ...handshakeHeaders, ...headers };
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}`],
    );
    this.write(Buffer.from(`${[line, ...lines].join("\r\n")}\r\n\r\n`, "latin1"));
  }

  async head(): Promise<Head> {
    const text = await this.#received.takeHead();
    const [first = "", ...lines] = text.trim().split("\r\n");
    const headers = new Map(
      lines.map((line) => {
        const [, name = "", value = ""] = /^([^:]*): *(.*)$/.exec(line) ?? [];
        return [name.toLowerCase(), value];
      }),
    );
    return { status: Number(first.split(" ")[1]), headers, text };
  }

  /** Everything up to the end of the stream. */
  async rest(): Promise<string> {
    await this.ended();
    return this.#received.take().toString();
  }

  /** Opens a WebSocket. */
  async open(
    path: string,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Head> {
    this.ask(path, headers);
    const head = await this.head();
    if (head.status !== 101) throw new Error(`refused: ${head.text}`);
    return head;
  }

  /** Asks for a WebSocket and is refused. */
  async refusal(
    path: string,
    headers: Readonly<Record<string, string | undefined>> = {},
    line?: string,
  ): Promise<Head & { readonly body: string }> {
    this.ask(path, headers, line);
    const head = await this.head();
    const body = await this.rest();
    return { ...head, body };
  }

  frame(parts: FrameParts): void {
    this.write(frameFor("server", parts));
  }

  text(payload: string): void {
    this.frame({ opcode: "text", payload });
  }

  close(code?: number, reason = ""): void {
    const payload = code === undefined ? "" : closePayload(code, reason);
    this.frame({ opcode: "close", payload });
  }

  /** The server's next frame or message. */
  async next(): Promise<ReadEvent> {
    for (;;) {
      const event = this.#reader.next();
      if (event !== undefined) return event;
      this.#reader.keep();
      await this.#received.until(({ length }) => length > 0);
      this.#reader.feed(Uint8Array.from(this.#received.take()));
    }
  }

  /** The server's Close, after whatever comes before it. */
  async closed(): Promise<{ readonly code: number; readonly reason: string }> {
    for (;;) {
      const event = await this.next();
      if (event.type === "close") return event.close;
    }
  }

  /** Settles when the server's FIN came, or the stream broke. */
  ended(): Promise<void> {
    return this.#received.ended;
  }
}

/** Log lines by level. */
export class MemoryLog implements Logger {
  readonly lines: string[] = [];
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  at(level: string): string[] {
    return this.lines.filter((line) => line.startsWith(`${level} `));
  }
}

/** Connects to a port of this machine; the test's end drops the connection. */
export async function connect(
  context: TestContext,
  port: number,
  {
    secure = false,
    host = "127.0.0.1",
  }: { readonly secure?: boolean; readonly host?: string } = {},
): Promise<RawPeer> {
  const socket = secure
    ? connectTls({ port, host, rejectUnauthorized: false })
    : connectTcp({ port, host });
  const peer = new RawPeer(socket);
  context.after(() => void socket.destroy());
  await once(socket, secure ? "secureConnect" : "connect");
  return peer;
}

export interface Running {
  readonly server: Server;
  readonly log: MemoryLog;
  connect(): Promise<RawPeer>;
  /** A peer with an open WebSocket. */
  open(path: string, headers?: Readonly<Record<string, string | undefined>>): Promise<RawPeer>;
}

/** As `start`, and what does the same over TLS. */
export type Start = typeof start;

/** Serves `routes` on a free port until the test's end. */
export async function start(
  context: TestContext,
  routes: Routes,
  options: Omit<ServeOptions, "routes"> = {},
): Promise<Running> {
  const log = new MemoryLog();
  const all: ServeOptions = { logger: log, ...options, routes };
  const server = await serve(all);
  const peers: RawPeer[] = [];
  context.after(() => {
    for (const { socket } of peers) socket.destroy();
    return server.close();
  });
  const run = async (): Promise<RawPeer> => {
    const peer = await connect(context, server.port, { secure: options.tls !== undefined });
    peers.push(peer);
    return peer;
  };
  return {
    server,
    log,
    connect: run,
    async open(path, headers) {
      const peer = await run();
      await peer.open(path, headers);
      return peer;
    },
  };
}
