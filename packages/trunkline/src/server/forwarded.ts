/**
 * Who a request came from, and to what host and by what scheme, when proxies stand in between.
 *
 * The proxies that may be believed are named by the `trustProxy` option; without it no header counts.
 * Each proxy adds at the right what it saw, so the walk goes from our peer leftwards, believes an entry
 * only if whoever wrote it is trusted, and ends at the first address that is not: the rightmost untrusted
 * one. What stands left of it is hearsay. Both `Forwarded` (RFC 7239) and the `X-Forwarded-` headers are
 * read. A proxy that writes one of them passes the other on as the client sent it, so where both state
 * something and differ, the request is refused instead of believed.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { type HeaderReader, parseList } from "../protocol/headers.ts";
import { parseAuthority } from "./origin.ts";

/** What `compileTrust` makes of the `trustProxy` option. */
export interface TrustedProxies {
  has(address: string): boolean;
}

export interface Forwarded {
  readonly remoteAddress: string | undefined;
  /** What the client sent as Host, if a trusted proxy says so. */
  readonly host: string | undefined;
  /** The scheme that the client used, if a trusted proxy says so. */
  readonly proto: "http" | "https" | undefined;
}

type HeaderLookup = (name: string) => string | undefined;

/** Checks the `trustProxy` option: `"loopback"`, `"linklocal"`, `"uniquelocal"`, addresses and ranges such as `"10.0.0.0/8"`. */
export function compileTrust(
  proxies: string | readonly string[] | undefined,
): TrustedProxies | undefined {
  if (proxies === undefined) return undefined;
  const list = typeof proxies === "string" ? [proxies] : proxies;
  if (!Array.isArray(list)) {
    throw new TypeError(
      `"trustProxy" is ${JSON.stringify(proxies)}; name the proxies, such as "loopback" or ["10.0.0.0/8", "::1"].`,
    );
  }
  const addresses = new BlockList();
  for (const entry of list) addProxy(addresses, entry);
  return { has: (address) => contains(addresses, address) };
}

/**
 * Reads the headers as far as they can be believed. Names are looked up in lower case.
 * Undefined when a trusted proxy sent a malformed `Forwarded`, or headers that contradict each other:
 * that request is answered with 400, since neither the client's address nor the proxy's would be true.
 */
export function readForwarded(
  remoteAddress: string | undefined,
  header: HeaderLookup,
  trust: TrustedProxies | undefined,
): Forwarded | undefined {
  if (trust === undefined || remoteAddress === undefined || !trust.has(remoteAddress)) {
    return { remoteAddress, host: undefined, proto: undefined };
  }
  const standard = readStandard(remoteAddress, header("forwarded"), trust);
  if (standard === undefined) return undefined;
  const usual = readUsual(remoteAddress, header, trust);
  if (!agree(standard, usual)) return undefined;
  return {
    remoteAddress: standard.address ?? usual.address ?? remoteAddress,
    host: standard.host ?? usual.host,
    proto: standard.proto ?? usual.proto,
  };
}

/** What one family of headers states; undefined where it states nothing. */
interface Statement {
  readonly address: string | undefined;
  readonly host: string | undefined;
  readonly proto: "http" | "https" | undefined;
}

const comma = 0x2c;
const semicolon = 0x3b;
const equals = 0x3d;

const nothing: Statement = { address: undefined, host: undefined, proto: undefined };

const namedRanges: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  ["linklocal", ["169.254.0.0/16", "fe80::/10"]],
  ["uniquelocal", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
]);

function addProxy(addresses: BlockList, entry: unknown): void {
  const ranges = typeof entry === "string" ? (namedRanges.get(entry) ?? [entry]) : [];
  if (ranges.length === 0 || !ranges.every((range) => addRange(addresses, range))) {
    const quoted = JSON.stringify(entry) ?? String(entry);
    throw new TypeError(
      `"trustProxy" has ${quoted}, which is neither "loopback", "linklocal" or "uniquelocal" nor an address or a range such as "10.0.0.0/8".`,
    );
  }
}

function addRange(addresses: BlockList, range: string): boolean {
  const slash = range.indexOf("/");
  const address = slash === -1 ? range : range.slice(0, slash);
  // Addresses are compared without the prefix that maps them into IPv6, so a range of those would never match.
  if (isIP(address) === 0 || address.includes("%") || unmap(address) !== address) return false;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const bits = family === "ipv4" ? 32 : 128;
  const prefix = slash === -1 ? bits : parsePrefix(range.slice(slash + 1), bits);
  if (prefix === undefined) return false;
  addresses.addSubnet(address, prefix, family);
  return true;
}

function parsePrefix(text: string, most: number): number | undefined {
  const number = Number(text);
  return String(number) === text && Number.isInteger(number) && number >= 0 && number <= most
    ? number
    : undefined;
}

function contains(addresses: BlockList, address: string): boolean {
  const zone = address.indexOf("%");
  const plain = unmap(zone === -1 ? address : address.slice(0, zone));
  const family = isIP(plain);
  return family !== 0 && addresses.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** A socket that listens on both families reports IPv4 peers as `::ffff:192.0.2.1`. */
function unmap(address: string): string {
  if (address.slice(0, 7).toLowerCase() !== "::ffff:") return address;
  const rest = address.slice(7);
  return isIPv4(rest) ? rest : address;
}

function readStandard(
  peer: string,
  value: string | undefined,
  trust: TrustedProxies,
): Statement | undefined {
  if (value === undefined) return nothing;
  const elements = parseList(value, readElement);
  if (elements === undefined) return undefined;
  const nodes = elements.map((element) => element.get("for"));
  const { address, at } = walk(peer, nodes, trust);
  const believed = elements.slice(at);
  return {
    address,
    host: readHost(outermost(believed, "host")),
    proto: readProto(outermost(believed, "proto")),
  };
}

function outermost(
  elements: ReadonlyArray<ReadonlyMap<string, string>>,
  name: string,
): string | undefined {
  return elements.find((element) => element.has(name))?.get(name);
}

// RFC 7239, section 4: `[ forwarded-pair ] *( ";" [ forwarded-pair ] )`. Names are "case-insensitive",
// and "Each parameter MUST NOT occur more than once per field-value".
function readElement(reader: HeaderReader): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  do {
    reader.skipWhitespace();
    if (reader.isDone || reader.isAt(semicolon) || reader.isAt(comma)) continue;
    const name = reader.readToken()?.toLowerCase();
    if (name === undefined || pairs.has(name) || !reader.take(equals)) return undefined;
    const value = reader.readValue();
    if (value === undefined) return undefined;
    pairs.set(name, value);
    reader.skipWhitespace();
  } while (reader.take(semicolon));
  return pairs;
}

// Of X-Forwarded-Host and -Proto, which say nothing of who wrote which entry, the last is our peer's own.
function readUsual(peer: string, header: HeaderLookup, trust: TrustedProxies): Statement {
  const nodes = header("x-forwarded-for")?.split(",").map(trim).filter(Boolean);
  return {
    address: nodes && walk(peer, nodes, trust).address,
    host: readHost(lastOf(header("x-forwarded-host"))),
    proto: readProto(lastOf(header("x-forwarded-proto"))),
  };
}

/** The first address from the right that is not trusted, and where the entries begin that trusted proxies wrote. */
function walk(
  peer: string,
  nodes: ReadonlyArray<string | undefined>,
  trust: TrustedProxies,
): { readonly address: string; readonly at: number } {
  let address = peer;
  let at = nodes.length;
  while (at > 0 && trust.has(address)) {
    at--;
    const next = addressOf(nodes[at] ?? "");
    // "unknown" and "_hidden" (RFC 7239, sections 6.2 and 6.3): nothing left of them can be believed either.
    if (next === undefined) break;
    address = next;
  }
  return { address, at };
}

/** The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`. */
function addressOf(node: string): string | undefined {
  if (node.includes("%")) return undefined;
  if (isIP(node) !== 0) return unmap(node);
  if (node.startsWith("[")) {
    const end = node.indexOf("]");
    const address = node.slice(1, Math.max(end, 1));
    const isFollowed = end + 1 < node.length && node[end + 1] !== ":";
    return isIPv6(address) && !isFollowed ? unmap(address) : undefined;
  }
  const address = node.slice(0, Math.max(node.indexOf(":"), 0));
  return isIPv4(address) ? address : undefined;
}

function agree(one: Statement, other: Statement): boolean {
  return (
    isSame(one.address, other.address) &&
    isSame(one.host?.toLowerCase(), other.host?.toLowerCase()) &&
    isSame(one.proto, other.proto)
  );
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function lastOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : trim(value.slice(value.lastIndexOf(",") + 1));
}

function trim(text: string): string {
  return text.trim();
}

function readHost(value: string | undefined): string | undefined {
  return value !== undefined && parseAuthority(value) !== undefined ? value : undefined;
}

function readProto(value: string | undefined): "http" | "https" | undefined {
  const scheme = value?.toLowerCase();
  if (scheme === "https" || scheme === "wss") return "https";
  return scheme === "http" || scheme === "ws" ? "http" : undefined;
}
