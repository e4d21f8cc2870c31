/**
 * Is the peer still there? A ping at each interval, any byte counts as life, gone after one ping
 * that nothing answered (RFC 6455, section 5.5.2: "a Ping frame may serve either as a keepalive or
 * as a means to verify that the remote endpoint is still responsive").
 *
 * Time is data: whoever drives it asks when it is `due`, and says what time it is.
 */
export class Heartbeat {
  readonly #interval: number;
  #due: number;
  #heard = false;
  #asked = false;

  /** @param interval milliseconds; 0 means never */
  constructor(interval: number, now: number) {
    this.#interval = interval;
    this.#due = interval > 0 ? now + interval : Number.POSITIVE_INFINITY;
  }

  /** When `beat` wants to be called; milliseconds, Infinity for never. */
  get due(): number {
    return this.#due;
  }

  /** Bytes came from the peer, or we are not listening, which is not the peer's fault. */
  heard(): void {
    this.#heard = true;
  }

  /** The interval is over: send a ping, or give the peer up. */
  beat(now: number): "ping" | "gone" {
    if (this.#asked && !this.#heard) return "gone";
    this.#asked = true;
    this.#heard = false;
    this.#due = now + this.#interval;
    return "ping";
  }
}
