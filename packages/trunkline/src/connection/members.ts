/**
 * Those who are there at the moment, in no order: connections, say, that come and go by the thousand.
 *
 * A Set would do, but for V8's minor collections. Whenever a Set's table is replaced, the old one
 * points to the new one and keeps the members it had. Once a single table has grown old, all that
 * follow it live on until the next major collection, and so does every connection that ever stood in
 * one: half of what a server had allocated for connections that were long gone was copied, twice. Here
 * a member knows its place, and nothing is left of who has gone.
 */
export interface Member {
  /** Where it stands in the `Members` that it is in, which alone sets it. One member is in one at a time. */
  place: number;
}

export class Members<T extends Member> {
  readonly #list: T[] = [];

  get size(): number {
    return this.#list.length;
  }

  has(member: T): boolean {
    return this.#list[member.place] === member;
  }

  /** Who is there already stays. */
  add(member: T): void {
    if (this.has(member)) return;
    member.place = this.#list.length;
    this.#list.push(member);
  }

  /** Nothing if it is not there. */
  delete(member: T): void {
    if (!this.has(member)) return;
    const last = this.#list.pop() as T; // there is one at least: `member`
    if (last === member) return;
    this.#list[member.place] = last;
    last.place = member.place;
  }

  /**
   * Each who is there from the beginning to the end of the walk comes once at least; one may come
   * again where others leave meanwhile. Who comes in meanwhile does not.
   */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    // From the end: the place of one who leaves is taken by one who was visited.
    for (let at = this.#list.length - 1; at >= 0; at--) {
      const member: T | undefined = this.#list[at];
      if (member !== undefined) yield member;
    }
  }
}
