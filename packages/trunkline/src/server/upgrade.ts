/**
 * One opening handshake on the server, from the request that asks to the 101 or the refusal: the
 * RFC's checks, the origin, the handler's `upgrade`, and the answer. Nothing fails open: what is not
 * clearly accepted is refused.
 */
import { createDeflateCodec } from "../connection/deflate/codec.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import {
  type AcceptableRequest,
  acceptFor,
  checkRequest,
  formatResponse,
  type RequestHead,
  selectProtocol,
} from "../protocol/handshake.ts";
import { type Extension, formatExtensions } from "../protocol/headers.ts";
import { acceptDeflate } from "../protocol/permessage-deflate.ts";
import { type Acceptance, describe } from "./handler.ts";
import { quoted } from "./log-text.ts";
import { isAllowedOrigin } from "./origin.ts";
import type { Refusal } from "./refusal.ts";
import type { Route } from "./route.ts";
import type { Opened } from "./server-web-socket.ts";
import type { Logger } from "./settings.ts";
import { type Origination, type RequestSource, UpgradeRequest } from "./upgrade-request.ts";

/** A handshake whose request is in order; what is left is the handler's decision. */
export interface Candidate {
  readonly route: Route;
  readonly check: AcceptableRequest;
  readonly request: UpgradeRequest;
}

/** Checks a request for a route (RFC 6455, section 4.2.1), and where it comes from (section 10.2). */
export function examine(
  source: RequestSource,
  route: Route,
  params: Readonly<Record<string, string>>,
  from: Origination,
  logger: Logger,
): Candidate | Refusal {
  const check = checkRequest(source);
  if (!check.ok) return check;
  if (hasBody(source)) return { status: 400, reason: "An opening handshake has no body." };
  if (hasTwoHosts(source)) return { status: 400, reason: "There is more than one Host header." };
  const origin = source.header("origin");
  if (!isAllowedOrigin({ origin, host: from.host, secure: from.secure }, route.origins)) {
    logger.warn?.(originRefusal(route.pattern, origin, from.host));
    return { status: 403, reason: "The origin is not allowed here." };
  }
  const request = new UpgradeRequest(source, from, params, check.protocols);
  return { route, check, request };
}

/** Node reads no body after an Upgrade: its bytes would be taken for frames. */
export function hasBody(request: RequestHead): boolean {
  const length = request.header("content-length") ?? "0";
  return length !== "0" || request.header("transfer-encoding") !== undefined;
}

/**
 * RFC 9112, section 3.2: 400 is due to a request "that contains more than one Host header field line". Node
 * drops all but the first, which a proxy may not have looked at. plain-upgrade.ts takes no name twice.
 */
function hasTwoHosts({ raw }: RequestSource): boolean {
  const names = raw?.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
  return names !== undefined && names.length > 1;
}

function originRefusal(pattern: string, origin = "", host: string): string {
  return (
    `refused ${pattern}: Origin ${quoted(origin)} is not that of Host ${quoted(host)}. ` +
    `To allow it, give the handler \`origins: [${quoted(origin)}]\` ` +
    `or the server \`origins\` (\`--origins\` on the command line).`
  );
}

/** The 101 and what the socket will know of it. @throws {TypeError} when the handler's answer cannot be sent */
export function accept(
  { route, check, request }: Candidate,
  answer: unknown,
  logger: Logger,
): { readonly response: string; readonly opened: Opened } {
  const { protocol: chosen, perMessageDeflate = true, headers, data } = readAcceptance(answer);
  const protocol = chosen ?? selectProtocol(route.handler.protocols ?? [], check.protocols) ?? "";
  if (protocol !== "" && !check.protocols.includes(protocol)) {
    throw new TypeError(
      `upgrade() chose the subprotocol ${JSON.stringify(protocol)}, which the client did not offer`,
    );
  }
  if (protocol === "" && check.protocols.length > 0) warnOfNoProtocol(route, check, logger);
  const { codec, extensions } = perMessageDeflate ? agreeOnDeflate(route, check) : NO_EXTENSIONS;
  const response = formatResponse({
    accept: acceptFor(check.key, nodeRuntime),
    protocol,
    extensions,
    headers: headers === undefined ? undefined : new Headers(headers),
  });
  const opened = { request, protocol, extensions: inUse(extensions), data, codec };
  return { response, opened };
}

interface Agreed {
  readonly codec: MessageCodec | undefined;
  readonly extensions: readonly Extension[];
}

const NO_EXTENSIONS: Agreed = { codec: undefined, extensions: [] };

/** Most clients offer none, or are the same program and offer the same. */
function agreeOnDeflate({ deflate }: Route, { extensions }: AcceptableRequest): Agreed {
  if (deflate === undefined || extensions.length === 0) return NO_EXTENSIONS;
  const accepted = acceptDeflate(extensions, deflate);
  if (accepted === undefined) return NO_EXTENSIONS;
  const codec = createDeflateCodec("server", accepted.parameters, deflate);
  return { codec, extensions: [accepted.answer] };
}

/** One string for all connections that have the same. */
let lastInUse = "";

function inUse(extensions: readonly Extension[]): string {
  if (extensions.length === 0) return "";
  const text = formatExtensions(extensions);
  if (text !== lastInUse) lastInUse = text;
  return lastInUse;
}

const ACCEPTANCE: readonly string[] = ["protocol", "perMessageDeflate", "headers", "data"];

/** "undefined or a plain object accepts": anything else is a mistake that must not let anybody in. */
function readAcceptance(answer: unknown): Acceptance {
  if (answer === undefined) return {};
  if (typeof answer !== "object" || answer === null || !isPlain(answer)) {
    throw new TypeError(
      `upgrade() must return undefined, { protocol?, perMessageDeflate?, headers?, data? } or a Response, not ${describe(answer)}`,
    );
  }
  const unknown = Object.keys(answer).find((name) => !ACCEPTANCE.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `upgrade() returned an object with ${JSON.stringify(unknown)}; it may have ${ACCEPTANCE.join(", ")}`,
    );
  }
  return answer;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function warnOfNoProtocol(route: Route, { protocols }: AcceptableRequest, logger: Logger): void {
  if (route.said.has("protocols")) return;
  route.said.add("protocols");
  logger.warn?.(
    `${route.pattern}: a client asked for the subprotocols ${protocols.join(", ")}, and none is selected; ` +
      `browsers then fail the connection. To select one, give the handler \`protocols: [${JSON.stringify(protocols[0])}]\`.`,
  );
}
