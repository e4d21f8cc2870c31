/**
 * Those who are there at the moment, in no order: connections, say, that come and go by the thousand.
 *
 * A Set would do, but for V8's minor collections. Whenever a Set's table is replaced, which members
 * that come and go make happen all the time, the old one points to the new one and keeps the members it
 * had. Once a single table has become old, by being there at a major collection, all that follow it live
 * on until the next, and so does every connection that stood in one: of what a server allocated while
 * clients came and went, three tenths were copied, and copied once more. Here a member knows its place,
 * and nothing is left of who has gone.
 */

export interface Member {
  /**
   * Where it stands in the `Members` that it is in, which alone sets it; any number before that. One
   * member is in one at a time. What users hold is no member: they hang things of their own on it.
   */
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

  /** A walk past each who was there at its beginning and is still there when its turn comes. */
  [Symbol.iterator](): Iterator<T, undefined> {
    return new Walk(this, [...this.#list]);
  }
}

/** A fraction of the price of a generator's steps. */
class Walk<T extends Member> implements Iterator<T, undefined> {
  readonly #members: Members<T>;
  readonly #list: readonly T[];
  #at = 0;

  constructor(members: Members<T>, list: readonly T[]) {
    this.#members = members;
    this.#list = list;
  }

  next(): IteratorResult<T, undefined> {
    while (this.#at < this.#list.length) {
      const value = this.#list[this.#at++];
      if (this.#members.has(value)) return { done: false, value };
    }
    return { done: true, value: undefined };
  }
}
