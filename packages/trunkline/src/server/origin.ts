/**
 * Whether a page may open a WebSocket here.
 *
 * A browser lets any page connect anywhere and sends the user's cookies along; the `Origin` header is all
 * that tells a server whose page it is (RFC 6455, section 10.2). So by default only our own pages may:
 * host and port of `Origin` equal those of `Host`. The scheme is ignored, since TLS may end at a proxy;
 * a scheme's default port equals no port; and an origin with a port passes when `Host` has none, since a
 * proxy may have dropped it. A request without `Origin` is no browser's and passes.
 * What a user adds is compiled once, and a mistake in it throws there; the check itself never throws.
 */

/** What `compileOrigins` makes of the `origins` option. */
export type AllowedOrigins = "any" | ReadonlySet<string>;

export interface OriginRequest {
  /** The Origin header. */
  readonly origin: string | undefined;
  /** The Host header, or what a trusted proxy says it was. */
  readonly host: string | undefined;
  /** Whether the client spoke TLS. */
  readonly secure: boolean;
}

/** Host and port as they stand in a Host header. */
export interface Authority {
  /** In lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

const noOrigins: AllowedOrigins = new Set();

/** Whether the page is our own or one of those allowed. */
export function isAllowedOrigin(
  { origin, host, secure }: OriginRequest,
  allowed: AllowedOrigins = noOrigins,
): boolean {
  if (origin === undefined || allowed === "any") return true;
  if (host !== undefined && isOwnOrigin(origin, host, secure)) return true;
  if (allowed.size === 0) return false;
  return allowed.has(origin) || allowed.has(normaliseOrigin(origin) ?? "");
}

/** Checks and normalises the `origins` option: `"any"`, or entries such as `"https://example.com:8443"`, `"null"` or `"file://"`. */
export function compileOrigins(origins: readonly string[] | "any" | undefined): AllowedOrigins {
  if (origins === undefined) return noOrigins;
  if (origins === "any") return "any";
  if (!Array.isArray(origins)) {
    throw new TypeError(
      `"origins" is ${JSON.stringify(origins)}; it must be a list such as ["https://example.com"], or "any".`,
    );
  }
  return new Set(origins.map((entry, at) => compileOrigin(entry, `origins[${at}]`)));
}

/** Both, as when a handler adds to what its server allows. */
export function joinOrigins(one: AllowedOrigins, other: AllowedOrigins): AllowedOrigins {
  if (one === "any" || other === "any") return "any";
  if (one.size === 0) return other;
  return other.size === 0 ? one : new Set([...one, ...other]);
}

/** Reads `host[:port]` of RFC 9110, section 7.2. Undefined when it is none, an empty one included. */
export function parseAuthority(text: string): Authority | undefined {
  const end = endOfHost(text);
  if (end === 0) return undefined;
  const host = text.slice(0, end).toLowerCase();
  if (end === text.length) return { host, port: undefined };
  if (text[end] !== ":") return undefined;
  if (end + 1 === text.length) return { host, port: undefined };
  const port = parsePort(text, end + 1);
  return port === undefined ? undefined : { host, port };
}

interface Origin extends Authority {
  readonly scheme: string;
}

function isOwnOrigin(origin: string, host: string, secure: boolean): boolean {
  if (isSameText(origin, host)) return parseAuthority(host) !== undefined;
  const page = parseOrigin(origin);
  // Only pages that came from a host of the network are anybody's own: "app://localhost" names none.
  const pageDefault = page && defaultPort(page.scheme);
  const server = parseAuthority(host);
  if (page === undefined || pageDefault === undefined || server === undefined) return false;
  if (page.host !== server.host) return false;
  if (server.port === undefined) return true;
  const pagePort = page.port ?? pageDefault;
  const serverDefault = secure ? 443 : 80;
  return pagePort === server.port || (pagePort === pageDefault && server.port === serverDefault);
}

/** What nearly every request of our own pages is: the Host header with a scheme before it. */
function isSameText(origin: string, host: string): boolean {
  const isHttp = origin.length === host.length + 7 && origin.startsWith("http://");
  const isHttps = origin.length === host.length + 8 && origin.startsWith("https://");
  return (isHttp || isHttps) && origin.endsWith(host);
}

function normaliseOrigin(text: string): string | undefined {
  const origin = parseOrigin(text);
  if (origin === undefined) return undefined;
  const { scheme, host, port } = origin;
  const hasPort = port !== undefined && port !== defaultPort(scheme);
  return hasPort ? `${scheme}://${host}:${port}` : `${scheme}://${host}`;
}

// RFC 6454, section 7.1: `scheme "://" host [ ":" port ]`, once. Two, joined by a comma, are malformed.
function parseOrigin(text: string): Origin | undefined {
  const end = text.indexOf("://");
  if (end === -1) return undefined;
  const scheme = text.slice(0, end).toLowerCase();
  const authority = parseAuthority(text.slice(end + 3));
  return authority && isScheme(scheme) ? { scheme, ...authority } : undefined;
}

function defaultPort(scheme: string): 80 | 443 | undefined {
  if (scheme === "http" || scheme === "ws") return 80;
  return scheme === "https" || scheme === "wss" ? 443 : undefined;
}

// RFC 3986, section 3.1, in lower case.
function isScheme(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isLetter(code)) continue;
    const isOther = isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e;
    if (at === 0 || !isOther) return false;
  }
  return text.length > 0;
}

/** The end of a name, an IPv4 address, or an IPv6 address in brackets; 0 when there is none. */
function endOfHost(text: string): number {
  if (text.startsWith("[")) return endOfAddress(text);
  let at = 0;
  while (at < text.length && isHostCode(text.charCodeAt(at))) at++;
  return at;
}

function endOfAddress(text: string): number {
  let at = 1;
  while (at < text.length && isAddressCode(text.charCodeAt(at))) at++;
  return at > 1 && text[at] === "]" ? at + 1 : 0;
}

function isHostCode(code: number): boolean {
  // Letters, digits, "-", "." and the "_" and "~" that resolvers also take.
  if (isLetter(code) || isDigit(code)) return true;
  return code === 0x2d || code === 0x2e || code === 0x5f || code === 0x7e;
}

function isAddressCode(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x66) || isDigit(code) || code === 0x3a || code === 0x2e;
}

function isLetter(code: number): boolean {
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function parsePort(text: string, start: number): number | undefined {
  let port = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return undefined;
    port = port * 10 + code - 0x30;
    if (port > 65535) return undefined;
  }
  return port;
}

function compileOrigin(entry: unknown, where: string): string {
  const quoted = JSON.stringify(entry) ?? String(entry);
  const complain = (fault: string) => new TypeError(`${where} is ${quoted}, ${fault}`);
  if (typeof entry !== "string") throw complain('which is no string; write "https://example.com".');
  // What a page without an origin of its own sends, by the URL standard and by Chromium for files.
  if (entry === "null" || entry === "file://") return entry;
  if (entry === "any" || entry === "*") {
    throw complain('which stands alone, not in a list: origins: "any".');
  }
  const end = entry.indexOf("://");
  if (end === -1) throw complain(`which has no scheme; write "https://${entry}".`);
  const scheme = entry.slice(0, end).toLowerCase();
  const authority = entry.slice(end + 3);
  const fault = faultOf(scheme, authority);
  if (fault !== undefined) throw complain(fault);
  const origin = normaliseOrigin(`${scheme}://${hostInAscii(scheme, authority)}`);
  if (origin === undefined)
    throw complain("which is no origin: scheme://host or scheme://host:port.");
  return origin;
}

function faultOf(scheme: string, authority: string): string | undefined {
  if (scheme === "ws" || scheme === "wss") {
    const page = scheme === "ws" ? "http" : "https";
    return `but an origin is that of the page, not of the socket; write "${page}://${authority}".`;
  }
  if (authority.includes("*")) {
    return 'and patterns are not supported; list each origin, or use origins: "any".';
  }
  const end = authority.search(/[/?#\\]/);
  if (end === -1) return undefined;
  return `but an origin ends after host and port; write "${scheme}://${authority.slice(0, end)}".`;
}

/** As a browser writes it: names in Punycode, IPv6 addresses in their shortest form. Hosts of other schemes stay as they are. */
function hostInAscii(scheme: string, authority: string): string {
  if (scheme !== "http" && scheme !== "https") return authority;
  try {
    const url = new URL(`${scheme}://${authority}`);
    return url.username || url.password ? "" : url.host;
  } catch {
    return "";
  }
}
