// How far the server's clock is from the page's, from pings that bring the server's time back. The
// quickest of them is the most exact: at most half of its way there and back can be wrong.
// Pure: no DOM, and time comes from the caller.

export class ClockOffset {
  #quickest = Number.POSITIVE_INFINITY;
  #offset = 0;

  /** Milliseconds to add to the page's clock to have the server's. */
  get offset(): number {
    return this.#offset;
  }

  /** A ping left at `sent` and came back at `back`, by the page's clock, with the server's time. */
  add(sent: number, back: number, serverTime: number): void {
    const wayThereAndBack = back - sent;
    if (wayThereAndBack < 0 || wayThereAndBack > this.#quickest) return;
    this.#quickest = wayThereAndBack;
    this.#offset = serverTime - (sent + back) / 2;
  }
}
