/**
 * One CGI script's output as one response: the head is read first, the body follows as it comes, no
 * faster than the client takes it. A script that says nothing for too long is ended.
 */
import type { ServerResponse } from "node:http";
import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { GroupedProcess, ProcessEnd } from "../processes/grouped-process.ts";
import { HEAD_LIMIT, parseHead, splitHead } from "./cgi-head.ts";

/** Milliseconds of silence after which a script counts as hung. */
export const SILENCE = 30_000;

export class CgiAnswer {
  /** Settles when the response is over. */
  readonly done: Promise<void>;
  readonly #process: GroupedProcess;
  readonly #response: ServerResponse;
  /** What the log calls it. */
  readonly #name: string;
  readonly #log: Logger;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  /** What came of the head; undefined when that is done. */
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(
    process: GroupedProcess,
    response: ServerResponse,
    name: string,
    { log, clock }: { readonly log: Logger; readonly clock: Clock },
  ) {
    this.#process = process;
    this.#response = response;
    this.#name = name;
    this.#log = log;
    this.#clock = clock;
    this.done = new Promise((resolve) => {
      response.once("close", () => {
        this.#timer?.cancel();
        process.stop();
        resolve();
      });
    });
    this.#expect();
    // A slow upload is not the script's fault.
    response.req.on("data", () => this.#expect());
    process.output.on("data", (bytes: Buffer) => this.#take(bytes));
    response.on("drain", () => {
      this.#expect();
      process.output.resume();
    });
    void process.ended.then((end) => this.#finish(end));
  }

  /** From here on it must say something in time. */
  #expect(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(
      () => this.#fail(504, "it said nothing for too long"),
      SILENCE,
    );
  }

  #take(bytes: Buffer): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    this.#expect();
    if (this.#head === undefined) return this.#write(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const split = splitHead(this.#head);
    if (split) return this.#begin(split.text, split.body);
    if (this.#head.length > HEAD_LIMIT) this.#fail(502, `its head exceeds ${HEAD_LIMIT} bytes`);
  }

  #begin(text: string, body: Buffer): void {
    const head = parseHead(text);
    if (typeof head === "string") return this.#fail(502, head);
    this.#head = undefined;
    for (const [name, value] of head.headers) this.#response.appendHeader(name, value);
    this.#response.writeHead(head.status);
    if (body.length > 0) this.#write(body);
  }

  #write(bytes: Buffer): void {
    if (this.#response.write(bytes)) return;
    // A slow client is not the script's fault.
    this.#timer?.cancel();
    this.#process.output.pause();
  }

  #finish({ code, signal }: ProcessEnd): void {
    const { writableEnded, destroyed } = this.#response;
    if (writableEnded || destroyed) return;
    if (this.#head !== undefined) return this.#fail(502, "it ended before its head did");
    if (code === 0) return void this.#response.end();
    this.#log.warn(`${this.#name} ended ${signal ? `by ${signal}` : `with exit code ${code}`}`);
    // What was cut off must not look whole.
    if (signal) this.#response.destroy();
    else this.#response.end();
  }

  #fail(status: number, why: string): void {
    this.#log.error(
      `${this.#name}: ${why}${this.#response.headersSent ? "" : `; answered ${status}`}`,
    );
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(status, { "Content-Length": 0 }).end();
    this.#process.stop();
  }
}
