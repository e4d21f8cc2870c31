/** For tests: what has come over a bare socket, to wait for and to take. It knows no protocol. */
import type { Socket } from "node:net";

export class ReceivedBytes {
  /** Settles when the peer's FIN came, or the stream broke. */
  readonly ended: Promise<void>;
  #waiting: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#isOver = true;
        this.#wake();
        resolve();
      };
      socket.once("end", end);
      socket.once("close", end);
    });
  }

  /** What has not been taken. */
  get waiting(): Buffer {
    return this.#waiting;
  }

  /** @throws when the stream ends before */
  async until(isEnough: (waiting: Buffer) => boolean): Promise<void> {
    while (!isEnough(this.#waiting)) {
      if (this.#isOver) throw new Error("the peer ended the stream before that");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  take(count: number = this.#waiting.length): Buffer {
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    return taken;
  }

  /** The head of a request or an answer, with its empty line. */
  async takeHead(): Promise<string> {
    await this.until((waiting) => waiting.includes("\r\n\r\n"));
    return this.take(this.#waiting.indexOf("\r\n\r\n") + 4).toString("latin1");
  }
}
