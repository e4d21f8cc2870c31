// Reads the address and the subprotocols as `new WebSocket(url, protocols)` will, and says in a
// sentence what it would refuse. Pure: no DOM.
import { type Checked, passed, refused } from "../checked.ts";
import { texts } from "../texts.ts";

const socketScheme: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

export function echoAddress(page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/echo`;
}

/** Resolves against the page, as the standard does, so that "/echo" means this server. */
export function checkAddress(input: string, base: string): Checked<string> {
  const typed = input.trim();
  if (typed === "") return refused(texts.addressMissing);
  const url = parseUrl(typed, base);
  if (url === null) return refused(texts.addressUnreadable(typed));
  const scheme = socketScheme[url.protocol];
  if (scheme === undefined) return refused(texts.addressScheme(typed));
  // "If urlRecord's fragment is non-null, then throw a SyntaxError": even an empty one.
  if (url.href.includes("#")) return refused(texts.addressFragment);
  return passed(scheme + url.href.slice(url.protocol.length));
}

function parseUrl(typed: string, base: string): URL | null {
  return URL.canParse(typed, base) ? new URL(typed, base) : null;
}

/** RFC 6455 section 4.1: tokens as HTTP defines them, and "all be unique strings". */
export function checkProtocols(input: string): Checked<string[]> {
  const names = input.split(/[\s,]+/).filter((name) => name !== "");
  for (const [index, name] of names.entries()) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return refused(texts.protocolName(name));
    if (names.indexOf(name) !== index) return refused(texts.protocolTwice(name));
  }
  return passed(names);
}
