/**
 * The constructor's two arguments to the letter: "get a URL record" and the rules for protocols.
 * Every refusal is a SyntaxError DOMException whose sentence says what to write instead.
 */
import { isSubprotocol } from "../protocol/handshake.ts";
import { baseUrl } from "./location.ts";

/** "To get a URL record given a url and null or a baseURL". */
export function readUrl(url: string, base: URL | undefined = baseUrl()): URL {
  // 1. "the result of applying the URL parser to url with baseURL"
  // 2. "If urlRecord is failure, then throw a SyntaxError DOMException."
  const record = parseUrl(url, base);
  // 3. and 4. "If urlRecord's scheme is "http", then set it to "ws"", and "https" to "wss".
  if (record.protocol === "http:") record.protocol = "ws:";
  else if (record.protocol === "https:") record.protocol = "wss:";
  // 5. "If urlRecord's scheme is not "ws" or "wss""
  if (record.protocol !== "ws:" && record.protocol !== "wss:") {
    throw syntaxError(
      `The URL's scheme must be ws or wss (http and https are read as these), not ${record.protocol.slice(0, -1)}`,
    );
  }
  // 6. "If urlRecord's fragment is non-null": `hash` is "" for an empty one too.
  if (record.href.includes("#")) {
    throw syntaxError(`The URL ${quote(url)} has a fragment: leave out "#" and what follows it`);
  }
  return record;
}

function parseUrl(url: string, base: URL | undefined): URL {
  try {
    return new URL(url, base);
  } catch {
    const what = base === undefined ? "an absolute URL" : `a URL, nor a part of one at ${base}`;
    throw syntaxError(
      `${quote(url)} is not ${what}: write it whole, as in "ws://localhost:9998/echo"`,
    );
  }
}

/**
 * "If any of the values in protocols occur more than once or otherwise fail to match the requirements
 * for elements that comprise the value of `Sec-WebSocket-Protocol` fields".
 * Values that differ in case alone count as the same, as the web platform's tests have it.
 */
export function checkProtocols(protocols: readonly string[]): void {
  const seen = new Set<string>();
  for (const protocol of protocols) {
    if (!isSubprotocol(protocol)) {
      throw syntaxError(
        `${quote(protocol)} is not a subprotocol: it must be one or more visible ASCII characters without separators such as "," "/" or "="`,
      );
    }
    const folded = protocol.toLowerCase();
    if (seen.has(folded)) throw syntaxError(`The subprotocol ${quote(protocol)} is given twice`);
    seen.add(folded);
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

function syntaxError(message: string): DOMException {
  return new DOMException(message, "SyntaxError");
}
