/**
 * The request of the opening handshake, as node:http and node:https take it: where it goes, what its
 * headers are. It sends nothing.
 */
import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { requestHeaders } from "../protocol/handshake.ts";
import { deflateOffer } from "../protocol/permessage-deflate.ts";
import type { Settings } from "./options.ts";

/** https.request hands on to tls.connect what its types do not name. */
export type DialOptions = RequestOptions & Pick<TlsOptions, "secureContext">;

/** `connect` takes the network's place: it gives a stream that is connected already. */
export function requestOptions(
  url: URL,
  settings: Settings,
  key: string,
  connect: (() => Duplex) | undefined,
): DialOptions {
  const isSecure = url.protocol === "wss:";
  return {
    ...(isSecure && settings.tls),
    protocol: isSecure ? "https:" : "http:",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port || (isSecure ? 443 : 80),
    path: url.pathname + url.search,
    method: "GET",
    // node:http asks `createConnection` only when no agent is named, and knows no default port then.
    ...(connect === undefined
      ? { agent: false }
      : { createConnection: connect, defaultPort: isSecure ? 443 : 80 }),
    headers: headersOf(settings, key),
    ...(url.username || url.password ? { auth: credentials(url) } : {}),
  };
}

/** Names that differ in case alone are one header, with a line for each of its values. */
function headersOf(settings: Settings, key: string): Record<string, string | string[]> {
  const { protocols, perMessageDeflate: wishes } = settings;
  const lines = new Map<string, [name: string, value: string | string[]]>();
  const extensions = wishes === undefined ? [] : [deflateOffer(wishes)];
  const own = requestHeaders({ key, protocols, extensions });
  for (const [name, value] of [...own, ...settings.headers]) {
    const line = lines.get(name.toLowerCase());
    if (line === undefined) lines.set(name.toLowerCase(), [name, value]);
    else line[1] = [line[1], value].flat();
  }
  return Object.fromEntries(lines.values());
}

function credentials(url: URL): string {
  return `${decode(url.username)}:${decode(url.password)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
