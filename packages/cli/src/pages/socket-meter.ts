/**
 * Counts what TCP sockets really carried, headers and all, by account: it reads the sockets' own
 * counters and estimates nothing.
 *
 * A browser sends requests of several kinds over one connection, one after the other. HTTP/1.1 does
 * not interleave them, so what a socket carried since the last answer ended belongs to the request
 * that begins now, its head included, which has been read by then. That holds only when every request
 * of a socket passes here, those that nobody counts too: else the bytes of a page would fall to the
 * poll behind it.
 *
 * Under TLS the counters are those of the bytes inside it.
 */

/** What one way of transport cost. Bytes, as the server sees them. */
export class Account {
  /** From the browser. */
  received = 0;
  /** To the browser. */
  sent = 0;
  requests = 0;
}

/** What is read of a `net.Socket`. */
export interface CountedSocket {
  readonly bytesRead: number;
  /** Counts also what waits in the stream. */
  readonly bytesWritten: number;
  readonly writableLength: number;
}

export class SocketMeter {
  readonly #ledgers = new WeakMap<CountedSocket, Ledger>();
  readonly #open = new Set<Ledger>();

  /**
   * A request begins on the socket: until the function that this returns is called, what the socket
   * carries is the account's, or nobody's without one.
   */
  begin(socket: CountedSocket, account?: Account): () => void {
    const ledger = this.#ledgerOf(socket);
    const turn = ledger.begin(account);
    if (account !== undefined) account.requests++;
    this.#open.add(ledger);
    return () => {
      if (ledger.end(turn)) this.#open.delete(ledger);
    };
  }

  /** Brings the accounts of requests that last to the present. */
  settle(): void {
    for (const ledger of this.#open) ledger.settle();
  }

  #ledgerOf(socket: CountedSocket): Ledger {
    const known = this.#ledgers.get(socket);
    if (known !== undefined) return known;
    const ledger = new Ledger(socket);
    this.#ledgers.set(socket, ledger);
    return ledger;
  }
}

/** One socket: how much of what it carried has been put on accounts, and whose the rest will be. */
class Ledger {
  readonly #socket: CountedSocket;
  #received = 0;
  #sent = 0;
  #account: Account | undefined;
  /** Counts requests: one that ends twice must not end the next. */
  #turn = 0;
  #isOpen = false;

  constructor(socket: CountedSocket) {
    this.#socket = socket;
  }

  begin(account: Account | undefined): number {
    // A request that was sent before the last answer ended: no browser does it.
    if (this.#isOpen) this.settle();
    this.#account = account;
    this.#isOpen = true;
    return ++this.#turn;
  }

  /** False when it has ended, or another request has begun. */
  end(turn: number): boolean {
    if (!this.#isOpen || this.#turn !== turn) return false;
    this.settle();
    this.#isOpen = false;
    return true;
  }

  settle(): void {
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    const sent = bytesWritten - writableLength;
    if (this.#account !== undefined) {
      this.#account.received += bytesRead - this.#received;
      this.#account.sent += sent - this.#sent;
    }
    this.#received = bytesRead;
    this.#sent = sent;
  }
}
