/**
 * A request as the environment variables of CGI (RFC 3875, section 4.1), for CGI scripts and for the
 * executables of the handlers folder alike. Of the server's own environment only a few variables go
 * along: the rest may hold secrets that a script need not know.
 */
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { tlsVariables } from "./tls-variables.ts";

/** Kept from our own environment, where they are set. */
const INHERITED = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"] as const;

/**
 * Not passed on: the proxy header would become HTTP_PROXY, which programs take for a setting;
 * credentials "SHOULD" not go to scripts (section 4.1.18); the two of the body have names of their own.
 */
const WITHHELD: ReadonlySet<string> = new Set([
  "proxy",
  "authorization",
  "proxy-authorization",
  "content-length",
  "content-type",
]);

export interface CgiRequest {
  readonly raw: IncomingMessage;
  /** The part of the path that names the script. */
  readonly scriptName: string;
  /** What follows it, decoded; "" for nothing. */
  readonly pathInfo?: string;
  readonly pathTranslated?: string;
  /** As the client named the server; default: from the request. */
  readonly url?: URL;
  readonly remoteAddress?: string;
}

export type Environment = Readonly<Record<string, string>>;

export function makeEnvironment(
  request: CgiRequest,
  own: Readonly<Record<string, string | undefined>>,
): Environment {
  const kept = INHERITED.flatMap((name) => {
    const value = own[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...headerVariables(request.raw), ...variables(request) };
}

function variables({ raw, scriptName, pathInfo, pathTranslated, url, remoteAddress }: CgiRequest) {
  const socket = raw.socket as Partial<TLSSocket> & IncomingMessage["socket"]; // `encrypted` is there with TLS
  const target = raw.url ?? "/";
  const isSecure = url ? /^(https|wss):$/.test(url.protocol) : socket.encrypted === true;
  const address = remoteAddress ?? socket.remoteAddress ?? "";
  return {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: "Trunkline",
    SERVER_PROTOCOL: `HTTP/${raw.httpVersion}`,
    SERVER_NAME: url?.hostname ?? hostOf(raw) ?? socket.localAddress ?? "",
    SERVER_PORT: url ? url.port || (isSecure ? "443" : "80") : String(socket.localPort ?? ""),
    REQUEST_METHOD: raw.method ?? "GET",
    REQUEST_URI: target,
    SCRIPT_NAME: scriptName,
    ...(pathInfo ? { PATH_INFO: pathInfo } : {}),
    ...(pathTranslated ? { PATH_TRANSLATED: pathTranslated } : {}),
    QUERY_STRING: /\?([^#]*)/.exec(target)?.[1] ?? "",
    REMOTE_ADDR: address,
    REMOTE_HOST: address,
    REMOTE_PORT: String(socket.remotePort ?? ""),
    ...(isSecure ? { HTTPS: "on" } : {}),
    ...tlsVariables(socket),
    ...bodyVariables(raw),
  };
}

function bodyVariables({ headers }: IncomingMessage): Environment {
  const length = headers["content-length"];
  const type = headers["content-type"];
  return {
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
    ...(type === undefined ? {} : { CONTENT_TYPE: type }),
  };
}

function hostOf({ headers }: IncomingMessage): string | undefined {
  return /^(\[[^\]]*\]|[^:]+)(:\d*)?$/.exec(headers.host ?? "")?.[1];
}

/** Each header as HTTP_NAME; those of one name are one list. */
function headerVariables({ headers }: IncomingMessage): Environment {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // X_A and X-A would have one name; the first is nobody's standard, and forges the second.
    if (value === undefined || name.includes("_") || WITHHELD.has(name)) continue;
    const joined = Array.isArray(value) ? value.join(", ") : value;
    if (!joined.includes("\0")) found[`HTTP_${name.toUpperCase().replaceAll("-", "_")}`] = joined;
  }
  return found;
}
