/**
 * One WebSocket and one process: a line that the process writes is a text message, and a text message
 * is a line for the process. Neither runs ahead of the other by more than the pipes hold.
 */
import type { ServerWebSocket } from "trunkline/server";
import type { Logger } from "../../log.ts";
import type { GroupedProcess, ProcessEnd } from "../../processes/grouped-process.ts";
import { LineReader } from "../../processes/line-reader.ts";

/** Bytes of a line at the most: what has no end by then is no line. */
export const LINE_LIMIT = 1_048_576;

type Socket = ServerWebSocket<ExecutableSession>;

export class ExecutableSession {
  readonly #process: GroupedProcess;
  /** What the log calls it. */
  readonly #name: string;
  readonly #log: Logger;

  constructor(process: GroupedProcess, name: string, log: Logger) {
    this.#process = process;
    this.#name = name;
    this.#log = log;
  }

  open(socket: Socket): void {
    const { output, ended } = this.#process;
    const lines = new LineReader({
      limit: LINE_LIMIT,
      onLine: (line) => {
        if (!socket.send(line) && socket.readyState === 1) output.pause();
      },
      onLong: () => {
        this.#log.error(`${this.#name}: a line has more than ${LINE_LIMIT} bytes; it is stopped`);
        socket.close(1011);
        this.stop();
      },
    });
    output.on("data", (bytes: Buffer) => lines.feed(bytes)).once("end", () => lines.end());
    void ended.then((end) => this.#finish(socket, end));
  }

  message(socket: Socket, data: string | Uint8Array): void {
    if (typeof data !== "string") return socket.close(1003, "text only");
    const { input } = this.#process;
    // It closed its input, or ended: nobody reads.
    if (!input.writable || input.write(`${data}\n`)) return;
    socket.pause();
    const resume = () => {
      input.off("drain", resume).off("close", resume);
      socket.resume();
    };
    input.on("drain", resume).on("close", resume);
  }

  /** The socket has room again. */
  drain(): void {
    this.#process.output.resume();
  }

  stop(): void {
    this.#process.stop();
  }

  #finish(socket: Socket, { code, signal }: ProcessEnd): void {
    if (socket.readyState !== 1) return;
    if (code === 0) return socket.close(1000);
    this.#log.warn(`${this.#name} ended ${signal ? `by ${signal}` : `with exit code ${code}`}`);
    socket.close(1011);
  }
}
