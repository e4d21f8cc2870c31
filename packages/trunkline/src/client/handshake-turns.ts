/**
 * Who may open a connection now: "If multiple connections to the same IP address are attempted
 * simultaneously, the client MUST serialize them" (RFC 6455, section 4.1, step 2).
 *
 * A key is an address and a port. The first to ask has its turn at once, the others behind it, in
 * order. How long somebody waits is not decided here: who leaves the line may go ahead without a turn.
 */
interface Place {
  readonly start: () => void;
}

export class HandshakeTurns {
  /** The first of a line is the one that connects. */
  readonly #lines = new Map<string, Set<Place>>();

  /**
   * Calls `start` when it is its turn, perhaps inside the call; it must not throw.
   * What is returned ends the turn, or leaves the line; once is enough, more do nothing.
   */
  take(key: string, start: () => void): () => void {
    const line = this.#lines.get(key) ?? new Set();
    const place = { start };
    line.add(place);
    if (line.size === 1) {
      this.#lines.set(key, line);
      start();
    }
    return () => this.#leave(key, line, place);
  }

  #leave(key: string, line: Set<Place>, place: Place): void {
    const [first] = line;
    if (!line.delete(place) || first !== place) return;
    const [next] = line;
    if (next === undefined) this.#lines.delete(key);
    else next.start();
  }
}
