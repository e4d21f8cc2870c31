/**
 * Sends at a fixed rate, whatever the server does: a message's clock starts when it was due, so a
 * server that stalls pays for all that waited. It turns the event loop without a rest, because
 * timers come to the millisecond only.
 */
export class Pacer {
  #interval;
  #send;
  #due = 0;
  #stopped = false;

  /** `send(due)` is called `perSecond` times a second with the time it was due. */
  constructor(perSecond, send) {
    this.#interval = 1000 / perSecond;
    this.#send = send;
  }

  start() {
    this.#due = performance.now();
    this.#turn();
  }

  stop() {
    this.#stopped = true;
  }

  #turn() {
    if (this.#stopped) return;
    const now = performance.now();
    for (; this.#due <= now; this.#due += this.#interval) this.#send(this.#due);
    setImmediate(() => this.#turn());
  }
}
