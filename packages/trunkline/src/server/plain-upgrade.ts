/**
 * The short way to an open socket, for a server that owns its port. Nearly every client sends its whole
 * opening handshake in one piece; such a request is read here, from the first bytes of the connection,
 * and opened without an HTTP parser, a request and a response object being made for it.
 *
 * Only what is beyond doubt is taken: a small, whole, strictly well-formed GET without a body and
 * without two fields of one name, which is accepted then. Everything else goes to node:http with the
 * bytes that came, refusals too, so that its limits and its answers hold as if this file were not
 * there; and so does, within a second, whoever has not said anything, so that its deadlines hold.
 */
import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import type { Clock, Timer } from "../connection/clock.ts";
import type { DuplexTransport } from "../connection/duplex-transport.ts";
import { type Member, Members } from "../connection/members.ts";
import type { Receiver } from "../connection/transport.ts";
import { openTransport } from "../connection/transports.ts";
import { isHeaderValue, isToken } from "../protocol/headers.ts";
import type { RequestSource } from "./upgrade-request.ts";

/** A request that was read here. */
export class PlainRequest implements RequestSource {
  readonly method = "GET";
  readonly httpVersion = "1.1";
  readonly raw = undefined;
  readonly url: string;
  readonly head: string;
  readonly #fields: readonly string[];

  constructor(url: string, fields: readonly string[], head: string) {
    this.url = url;
    this.head = head;
    this.#fields = fields;
  }

  header(name: string): string | undefined {
    const at = find(this.#fields, name);
    return at === -1 ? undefined : this.#fields[at];
  }
}

/** Opens a socket for the request, if it is accepted and nobody asks for Node's own; else false, and nothing was done. */
export type OpenPlainly = (
  request: PlainRequest,
  socket: Socket,
  transport: DuplexTransport,
) => boolean;

/** A longer request is left to node:http. Bytes. */
const LONGEST = 4096;
/** Milliseconds that a connection may stay silent before node:http has it. */
const PATIENCE = 1000;
const START = "GET /";
const VERSION = " HTTP/1.1";
const EOL = "\r\n";
const END = "\r\n\r\n";
/** More are left to node:http, too: each is compared with those before it. */
const MOST_FIELDS = 64;
const NOTHING = new Uint8Array(0);

export class PlainUpgrades {
  readonly #server: HttpServer;
  readonly #open: OpenPlainly;
  readonly #clock: Clock;
  /** What node:http, and whoever else listens, does with a connection. */
  readonly #others: readonly ((socket: Socket) => void)[];
  readonly #awaited = new Members<Awaited>();
  #timer: Timer | undefined;

  /** Call it before the server listens, and behind all who listen for its connections. */
  constructor(server: HttpServer, clock: Clock, open: OpenPlainly) {
    this.#server = server;
    this.#clock = clock;
    this.#open = open;
    this.#others = server.listeners("connection") as ((socket: Socket) => void)[]; // its event's
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => this.#await(socket));
  }

  /** Leaves those that have not said anything to node:http. */
  yield(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const awaited of this.#awaited) {
      this.#awaited.delete(awaited);
      this.#handOver(awaited, NOTHING);
    }
  }

  #await(socket: Socket): void {
    const awaited = new Awaited(this, socket);
    this.#awaited.add(awaited);
    this.#timer ??= this.#clock.setTimer(() => this.yield(), PATIENCE);
    awaited.transport.start(awaited);
  }

  /** The first bytes came. */
  static take(plain: PlainUpgrades, awaited: Awaited, bytes: Uint8Array): void {
    // What comes once it was taken is for whoever has the socket now.
    if (!plain.#awaited.has(awaited)) return;
    plain.#awaited.delete(awaited);
    const request = readRequest(bytes);
    const { socket, transport } = awaited;
    if (request === undefined || !plain.#open(request, socket, transport)) {
      plain.#handOver(awaited, bytes);
    }
  }

  static forget(plain: PlainUpgrades, awaited: Awaited): void {
    plain.#awaited.delete(awaited);
  }

  #handOver({ socket, transport }: Awaited, bytes: Uint8Array): void {
    if (socket.destroyed) return;
    transport.release(bytes);
    for (const listener of this.#others) listener.call(this.#server, socket);
    socket.resume();
  }
}

/** A connection that has not said anything. */
class Awaited implements Receiver, Member {
  place = 0;
  readonly socket: Socket;
  readonly transport: DuplexTransport;
  readonly #plain: PlainUpgrades;

  constructor(plain: PlainUpgrades, socket: Socket) {
    this.#plain = plain;
    this.socket = socket;
    this.transport = openTransport(socket);
  }

  onData(bytes: Uint8Array, length: number = bytes.length): void {
    PlainUpgrades.take(this.#plain, this, bytes.subarray(0, length));
  }

  onEnd(): void {
    PlainUpgrades.forget(this.#plain, this);
    this.transport.end();
  }

  onDrain(): void {}

  onClose(): void {
    PlainUpgrades.forget(this.#plain, this);
  }
}

/** Undefined for whatever needs an HTTP parser, or its refusal. */
export function readRequest(bytes: Uint8Array): PlainRequest | undefined {
  if (bytes.length > LONGEST || bytes[0] !== START.charCodeAt(0)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  // The head ends with what came: no body, and no frames in advance.
  if (!text.startsWith(START) || text.indexOf(END) !== text.length - END.length) return undefined;
  const lineEnd = text.indexOf(EOL);
  const url = readTarget(text, lineEnd);
  const fields = readFields(text, lineEnd + EOL.length);
  if (url === undefined || fields === undefined) return undefined;
  return new PlainRequest(url, fields, text);
}

/** The target in origin-form (RFC 9112, section 3.2.1). */
function readTarget(text: string, lineEnd: number): string | undefined {
  if (!text.endsWith(VERSION, lineEnd)) return undefined;
  const end = lineEnd - VERSION.length;
  for (let at = START.length; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return undefined;
  }
  return text.slice(START.length - 1, end);
}

/** Names and values in turn. RFC 9112, section 5, with one space before the value and none behind it. */
function readFields(text: string, start: number): readonly string[] | undefined {
  const fields: string[] = [];
  for (let at = start; at < text.length - EOL.length; ) {
    const colon = text.indexOf(": ", at);
    const end = text.indexOf(EOL, at);
    if (colon === -1 || colon > end) return undefined;
    const name = text.slice(at, colon);
    const value = text.slice(colon + 2, end);
    if (!isToken(name) || !isPlainValue(value) || find(fields, name) !== -1) return undefined;
    fields.push(name, value);
    at = end + EOL.length;
  }
  return fields.length > MOST_FIELDS * 2 ? undefined : fields;
}

function isPlainValue(value: string): boolean {
  if (value === "" || !isHeaderValue(value)) return false;
  return value.charCodeAt(0) > 0x20 && value.charCodeAt(value.length - 1) > 0x20;
}

/** Where the value of a name stands, in whatever case; -1 for nowhere. */
function find(fields: readonly string[], name: string): number {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at].length === name.length && fields[at].toLowerCase() === name.toLowerCase())
      return at + 1;
  }
  return -1;
}
