/** `subprotocol` of `ws`: Sec-WebSocket-Protocol as a set of names, read by `protocol/headers.ts`. */
import { parseTokenList } from "../protocol/headers.ts";

/** @throws {SyntaxError} for what is no list of names, or names one twice */
function parse(header: string): Set<string> {
  const names = parseTokenList(header);
  if (names === undefined)
    throw new SyntaxError(`Invalid Sec-WebSocket-Protocol header: ${header}`);
  const set = new Set<string>();
  for (const name of names) {
    if (set.has(name)) throw new SyntaxError(`The "${name}" subprotocol is duplicated`);
    set.add(name);
  }
  return set;
}

export const subprotocol: { readonly parse: typeof parse } = { parse };
