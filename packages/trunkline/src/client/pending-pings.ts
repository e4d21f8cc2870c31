/**
 * The pings of one socket whose pongs have not come. A pong answers the ping with its data, and all
 * that went before it: RFC 6455, section 5.5.3, lets a peer answer "only the most recently processed
 * Ping". Pongs that nobody asked for, and those of the heartbeat, meet nothing here.
 */
interface PendingPing {
  readonly data: Uint8Array;
  settle(isAnswered: boolean): void;
}

export class PendingPings {
  readonly #pending: PendingPing[] = [];

  /** Settles with true when the pong has come, with false when none can come any more. */
  add(data: Uint8Array): Promise<boolean> {
    return new Promise((settle) => this.#pending.push({ data: new Uint8Array(data), settle }));
  }

  answer(pong: Uint8Array): void {
    const at = this.#pending.findLastIndex(({ data }) => isSame(data, pong));
    for (const { settle } of this.#pending.splice(0, at + 1)) settle(true);
  }

  end(): void {
    for (const { settle } of this.#pending.splice(0)) settle(false);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
