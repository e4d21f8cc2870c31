/**
 * What WebIDL asks of a class beyond what JavaScript's own classes do, the same for each of ours.
 */

/** WebIDL counts the arguments, and undefined is one. */
export function requireArgument(count: number, where: string, name: string): void {
  if (count === 0) throw new TypeError(`${where} needs the argument ${name}`);
}

/** Newer than the ES2023 types. */
type WellFormed = string & { toWellFormed(): string };

/** `USVString`: every surrogate that stands alone becomes U+FFFD. */
export function toUsvString(value: unknown): string {
  return (`${value}` as WellFormed).toWellFormed();
}

/** Attributes and operations are enumerable, as those of a class in JavaScript are not; and the tag. */
export function completeInterface(prototype: object, tag: string): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === "constructor" || !descriptor.configurable) continue;
    Object.defineProperty(prototype, name, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
}
