/**
 * Plays cases to clients that come and echo: the suite is the server. A client asks at `/cases` what
 * there is and what was played already, opens `/case/N` for each, and asks at `/report` for what came
 * of it, which ends the run.
 * `/cases` and `/report` answer a GET and a WebSocket alike; `/` is a page that does it all in a browser.
 *
 * It speaks HTTP by itself: what it answers must be wrong where a case wants it. Cases judge; this
 * file says only that a client did not come.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Arrival, Case, Finding, OpenCase, Surroundings } from "./case.ts";
import { findClientFile } from "./client-files.ts";
import { Compression } from "./compression.ts";
import { bounded } from "./longest-case.ts";
import { readMemory } from "./memory.ts";
import { agreeWith } from "./negotiation.ts";
import {
  acceptFor,
  answerFields,
  formatHead,
  type Head,
  type HeaderLine,
  readHead,
} from "./opening.ts";
import { failed, informational } from "./outcomes.ts";
import { Peer } from "./peer.ts";
import type { Played, Result } from "./runner.ts";
import { Transcript } from "./transcript.ts";
import { Wire } from "./wire.ts";

export interface ClientSettings {
  readonly cases: readonly Case[];
  readonly host: string;
  /** 0 for one that the system chooses. */
  readonly port: number;
  /** How long one answer may take. Milliseconds. */
  readonly wait: number;
  readonly maxMessageSize?: number | undefined;
  readonly pid?: number | undefined;
  /** A case was played: again, when the client came for it again. */
  onResult?(result: Result): void;
}

/** What the run gave. */
export interface ClientRun {
  /** The name that the client gave itself: `/report?agent=…`. */
  readonly agent: string;
  readonly results: readonly Result[];
}

/** How long a stream that has ended on our side may stay open on theirs. Milliseconds. */
const LINGER = 1000;

export class ClientUnderTest {
  readonly #settings: ClientSettings;
  readonly #results = new Map<Case, Result>();
  readonly #running = new Set<Promise<void>>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #settle: (run: ClientRun) => void = () => {};
  /** Settles when a client has asked for the report. */
  readonly done: Promise<ClientRun>;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Gives the port. @throws {Error} when it cannot be had */
  async listen(): Promise<number> {
    const { host, port } = this.#settings;
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Settles when nothing is open any more. */
  async close(): Promise<void> {
    this.#server.close();
    const closed = once(this.#server, "close");
    for (const socket of this.#sockets) socket.destroySoon();
    const timer = setTimeout(() => this.#destroyAll(), LINGER);
    await closed;
    clearTimeout(timer);
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const wire = new Wire(socket);
    this.#answer(wire).catch(() => wire.destroy());
  }

  async #answer(wire: Wire): Promise<void> {
    const transcript = new Transcript();
    const { wait } = this.#settings;
    const reading = await readHead(wire, transcript, wait);
    if (reading.type !== "head") return wire.destroy();
    const { head } = reading;
    const [, target = ""] = head.line.split(" ");
    const { pathname, searchParams } = new URL(target, "http://suite");
    const one = this.#caseAt(pathname);
    if (one !== undefined) return this.#startCase(one, wire, transcript, head);
    if (pathname === "/cases") return this.#say(wire, head, this.#describeCases());
    if (pathname !== "/report") return sendFile(wire, pathname);
    const run = await this.#finish(searchParams.get("agent") ?? head.headers.get("user-agent"));
    await this.#say(wire, head, describeRun(run));
    this.#settle(run);
  }

  #caseAt(pathname: string): Case | undefined {
    const number = /^\/case\/(\d+)$/.exec(pathname)?.[1];
    return number === undefined ? undefined : this.#settings.cases[Number(number) - 1];
  }

  #describeCases(): object {
    const cases = this.#settings.cases.map((one, at) => {
      const { id, title } = one;
      const verdict = this.#results.get(one)?.verdict;
      return { number: at + 1, id, title, ...(verdict !== undefined && { verdict }) };
    });
    return { count: cases.length, cases };
  }

  async #startCase(one: Case, wire: Wire, transcript: Transcript, head: Head): Promise<void> {
    if (!isWebSocket(head)) {
      return sendPlain(wire, "426 Upgrade Required", "text/plain", "This is a WebSocket.\n");
    }
    const work = this.#play(one, wire, transcript, head);
    this.#running.add(work);
    await work.finally(() => this.#running.delete(work));
  }

  async #play(one: Case, wire: Wire, transcript: Transcript, head: Head): Promise<void> {
    const start = performance.now();
    const work = this.#playKind(one, wire, transcript, head);
    const finding = await bounded(work).catch(describeThrown);
    const played: Played = { ...finding, transcript: transcript.entries, left: transcript.left };
    const result = { case: one, milliseconds: performance.now() - start, ...played };
    this.#results.set(one, result);
    this.#settings.onResult?.(result);
    await leave(wire);
  }

  async #playKind(one: Case, wire: Wire, transcript: Transcript, head: Head): Promise<Finding> {
    const { wait } = this.#settings;
    const accept = acceptFor(head.headers.get("sec-websocket-key") ?? "");
    const arrival = { wire, transcript, wait, head, headers: head.headers, accept };
    if (one.kind === "answer") return one.play(arrival, this.#surroundings());
    if (one.kind === "request") return informational("a case for servers");
    const peer = open(arrival, one.deflate);
    return peer === "not offered"
      ? informational("the client does not offer what the case plays")
      : one.play(peer, this.#surroundings());
  }

  #surroundings(): Surroundings {
    const { pid, maxMessageSize } = this.#settings;
    return {
      maxMessageSize,
      memory: async () => (pid === undefined ? undefined : readMemory(pid)),
    };
  }

  /** What still runs is waited for: a client may ask before the suite has seen the end of a stream. */
  async #finish(agent: string | undefined): Promise<ClientRun> {
    await Promise.all(this.#running);
    const results = this.#settings.cases.map((one) => this.#results.get(one) ?? missing(one));
    return { agent: agent ?? "a client without a name", results };
  }

  async #say(wire: Wire, head: Head, value: object): Promise<void> {
    const text = `${JSON.stringify(value)}\n`;
    if (!isWebSocket(head)) return sendPlain(wire, "200 OK", "application/json", text);
    const accept = acceptFor(head.headers.get("sec-websocket-key") ?? "");
    wire.write(formatHead("HTTP/1.1 101 Switching Protocols", answerFields(accept)));
    const transcript = new Transcript();
    const peer = new Peer({ role: "server", wire, transcript, wait: this.#settings.wait });
    peer.send({ opcode: 1, payload: Buffer.from(text) });
    peer.close(1000);
    for (let event = await peer.next(); "payload" in event; event = await peer.next());
    await leave(wire);
  }
}

function isWebSocket({ headers }: Head): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket";
}

function open(arrival: Arrival, deflate: OpenCase["deflate"]): Peer | "not offered" {
  const { wire, transcript, wait, headers, accept } = arrival;
  const agreed = deflate && agreeWith(headers.get("sec-websocket-extensions"), deflate.answer);
  if (deflate && agreed === undefined) return "not offered";
  const extension: readonly HeaderLine[] = agreed
    ? [["Sec-WebSocket-Extensions", agreed.answer]]
    : [];
  const fields = [...answerFields(accept), ...extension];
  const answer = formatHead("HTTP/1.1 101 Switching Protocols", fields);
  transcript.add("suite", "HTTP/1.1 101 Switching Protocols", answer);
  wire.write(answer);
  const compression = agreed && new Compression(agreed.terms, "client");
  return new Peer({ role: "server", wire, transcript, wait, compression });
}

function missing(one: Case): Result {
  const finding = failed("the client did not come for this case");
  return { case: one, milliseconds: 0, ...finding, transcript: [], left: 0 };
}

function describeThrown(error: unknown): Finding {
  return failed(`the case broke off: ${error instanceof Error ? error.message : String(error)}`);
}

function describeRun({ agent, results }: ClientRun): object {
  const cases = results.map(({ case: { id }, verdict, came }) => ({ id, verdict, came }));
  return { agent, failed: cases.filter(({ verdict }) => verdict === "fail").length, cases };
}

async function sendFile(wire: Wire, pathname: string): Promise<void> {
  const file = await findClientFile(pathname);
  if (file) return sendPlain(wire, "200 OK", file.type, file.content);
  await sendPlain(wire, "404 Not Found", "text/plain", "Not found.\n");
}

async function sendPlain(wire: Wire, status: string, type: string, body: string): Promise<void> {
  const fields: readonly HeaderLine[] = [
    ["Content-Type", `${type}; charset=utf-8`],
    ["Content-Length", String(Buffer.byteLength(body))],
    ["Connection", "close"],
  ];
  wire.write(Buffer.concat([formatHead(`HTTP/1.1 ${status}`, fields), Buffer.from(body)]));
  await leave(wire);
}

/** Ends our side; theirs has a moment to do the same. */
async function leave(wire: Wire): Promise<void> {
  wire.end();
  const end = performance.now() + LINGER;
  for (;;) {
    const { type } = await wire.read(Math.max(0, end - performance.now()));
    if (type !== "bytes") return wire.destroy();
  }
}
