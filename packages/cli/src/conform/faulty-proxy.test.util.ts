/**
 * For tests: a server with one fault. It stands before a good server and takes every frame apart on its
 * way, both ways, so that a fault is a few lines: a bit that it clears, a payload that it changes, a rule that
 * it forgives. It can also add permessage-deflate to a server that has none.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { Compression, type Terms } from "./compression.ts";
import {
  CLOSE,
  CONTINUATION,
  encodeFrame,
  type FrameParts,
  FrameScanner,
  type ScannedFrame,
} from "./frame.ts";
import { parseExtensionList, termsOf } from "./negotiation.ts";

/** What is left out passes as it is. */
export interface Fault {
  /** The request's head and the answer's. */
  readonly requestHead?: (text: string) => string;
  readonly answerHead?: (text: string, requestHead: string) => string;
  /** Changes what the client sends; undefined drops the frame. */
  readonly request?: (frame: ScannedFrame) => FrameParts | undefined;
  readonly answer?: (frame: ScannedFrame) => FrameParts | undefined;
  /** Takes no connection any more once one was reset. */
  readonly diesOfResets?: boolean;
}

const KEY = Buffer.from([1, 2, 3, 4]);

/** A fault for each connection, since some remember what went by. */
export type MakeFault = () => Fault;

/** The port of a server with the fault in front of the one at `port`, until the test's end. */
export async function startFaulty(
  t: TestContext,
  port: number,
  makeFault: MakeFault,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const fault = makeFault();
    const target = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [client, target]) sockets.add(socket.on("error", () => {}));
    client.once("error", () => fault.diesOfResets && server.close());
    relay(client, target, fault);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port; // it listens on a port
}

function relay(client: Socket, target: Socket, fault: Fault): void {
  let requestHead = "";
  const toServer = fault.request ?? asItIs;
  const toClient = fault.answer ?? asItIs;
  pipe(client, target, KEY, toServer, (text) => {
    requestHead = text;
    return fault.requestHead?.(text) ?? text;
  });
  pipe(
    target,
    client,
    undefined,
    toClient,
    (text) => fault.answerHead?.(text, requestHead) ?? text,
  );
}

function asItIs(frame: ScannedFrame): FrameParts {
  const { opcode, payload, fin, rsv } = frame;
  return { opcode, payload, fin, rsv };
}

function pipe(
  from: Socket,
  to: Socket,
  key: Buffer | undefined,
  change: (frame: ScannedFrame) => FrameParts | undefined,
  changeHead: (text: string) => string,
): void {
  const scanner = new FrameScanner();
  let head: Buffer | undefined = Buffer.alloc(0);
  from.on("data", (chunk: Buffer) => {
    const rest = head === undefined ? chunk : takeHead(chunk);
    scanner.push(rest);
    for (let frame = scanner.next(); frame; frame = scanner.next()) {
      const changed = change(frame);
      if (changed) to.write(encodeFrame(changed, key));
    }
  });
  from.on("end", () => to.end());
  from.on("close", () => to.end());

  function takeHead(chunk: Buffer): Buffer {
    const all = Buffer.concat([head ?? Buffer.alloc(0), chunk]);
    const end = all.indexOf("\r\n\r\n");
    head = end === -1 ? all : undefined;
    if (end === -1) return Buffer.alloc(0);
    to.write(Buffer.from(changeHead(all.subarray(0, end + 4).toString("latin1")), "latin1"));
    return all.subarray(end + 4);
  }
}

/** Adds permessage-deflate: agrees on what is offered, and inflates and deflates on the way. */
export function withCompression(bend: (agreed: Terms) => Terms = (agreed) => agreed): MakeFault {
  return () => new Compressing(bend);
}

class Compressing implements Fault {
  readonly #bend: (agreed: Terms) => Terms;
  #compression: Compression | undefined;
  #parts: ScannedFrame[] = [];

  constructor(bend: (agreed: Terms) => Terms) {
    this.#bend = bend;
  }

  readonly requestHead = (text: string): string =>
    text.replace(/^Sec-WebSocket-Extensions:.*\r\n/m, "");

  readonly answerHead = (text: string, requestHead: string): string => {
    const offer = /^Sec-WebSocket-Extensions: (.*)\r\n/m.exec(requestHead)?.[1];
    const answer = offer?.replace(/client_max_window_bits(?!=)/, "$&=15");
    const chosen = parseExtensionList(answer ?? "")[0];
    if (chosen === undefined) return text;
    this.#compression = new Compression(this.#bend(termsOf(chosen)), "client");
    return text.replace(/\r\n$/, `Sec-WebSocket-Extensions: ${answer}\r\n\r\n`);
  };

  readonly request = (frame: ScannedFrame): FrameParts | undefined => {
    if (frame.opcode >= CLOSE) return asItIs(frame);
    this.#parts.push(frame);
    if (!frame.fin) return undefined;
    const [first = frame] = this.#parts;
    const bytes = Buffer.concat(this.#parts.map(({ payload }) => payload));
    this.#parts = [];
    const payload = first.rsv === 0 ? bytes : this.#compression?.inflate(bytes);
    return { opcode: first.opcode, payload: payload ?? Buffer.from([0xff]) };
  };

  readonly answer = (frame: ScannedFrame): FrameParts => {
    const isData = frame.opcode < CLOSE && frame.opcode !== CONTINUATION;
    if (!isData || this.#compression === undefined) return asItIs(frame);
    return { ...asItIs(frame), rsv: 4, payload: this.#compression.deflate(frame.payload) };
  };
}
