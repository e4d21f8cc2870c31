/**
 * `bufferedAmount`: bytes of application data given to send() that have not left, without framing.
 *
 * The connection counts bytes of frames, headers and control frames included, and forgets a message
 * as soon as the system took it. What the attribute shows is the smaller of two numbers: the payload
 * bytes not known to have left, and the frame bytes that are still here. It is exact when nothing has
 * left and when everything has; between, it may count the frame headers still waiting (2 to 14 bytes each)
 * as payload. A ledger of every message would be exact there too, at a price for each send.
 *
 * "as of the last time the event loop reached step 1": within one turn it only grows, even when the
 * bytes have left already.
 */
export class BufferedAmount {
  #unsent = 0;
  #inThisTurn = false;
  /** Given to send() on a closing or closed socket: "does not reset to zero once the connection closes". */
  #discarded = 0;

  /** Counts a message about to be queued; `waiting` is what the connection holds before it. */
  add(bytes: number, waiting: number): void {
    if (!this.#inThisTurn) {
      this.#unsent = Math.min(this.#unsent, waiting);
      this.#inThisTurn = true;
      process.nextTick(endTurn, this);
    }
    this.#unsent += bytes;
  }

  discard(bytes: number): void {
    this.#discarded += bytes;
  }

  /** The value of the attribute; `waiting` is what the connection holds now. */
  read(waiting: number): number {
    const unsent = this.#inThisTurn ? this.#unsent : Math.min(this.#unsent, waiting);
    return unsent + this.#discarded;
  }

  /** The connection is gone: what had not left by now never will. */
  freeze(waiting: number): void {
    this.#discarded += Math.min(this.#unsent, waiting);
    this.#unsent = 0;
  }

  endTurn(): void {
    this.#inThisTurn = false;
  }
}

function endTurn(amount: BufferedAmount): void {
  amount.endTurn();
}
