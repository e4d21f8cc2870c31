/**
 * The address of `trunkline connect`, with what may be left out: `localhost:9998/echo`, `:9998/echo`
 * and `9998/echo` are ws: on this machine, `http:` and `https:` are read as `ws:` and `wss:`.
 */

/** @throws {TypeError} whose message says what to write instead */
export function readAddress(text: string): URL {
  const full = complete(text);
  const url = full !== undefined && URL.canParse(full) ? new URL(full) : undefined;
  if (!url) {
    throw new TypeError(
      'it must be an address such as "ws://localhost:9998/echo" or ":9998/echo".',
    );
  }
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (!/^wss?:$/.test(url.protocol)) {
    throw new TypeError(`its scheme must be ws or wss, not ${url.protocol.slice(0, -1)}.`);
  }
  // RFC 6455, section 3: "Fragment identifiers are meaningless in the context of WebSocket URIs".
  if (url.href.includes("#")) throw new TypeError('an address has no fragment: leave out "#".');
  return url;
}

/** Undefined for a path alone, whose first part a URL would take for a host. */
function complete(text: string): string | undefined {
  if (text.startsWith("/")) return undefined;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  // A number alone is a port; a URL would take it for an IPv4 address.
  if (/^\d{1,5}([/?]|$)/.test(text)) return `ws://localhost:${text}`;
  if (text.startsWith(":")) return `ws://localhost${text}`;
  return `ws://${text}`;
}
