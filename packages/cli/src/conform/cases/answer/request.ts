/** What the client's own request must be (RFC 6455, section 4.1). The answer is good, and the text comes back. */
import { type Arrival, type CaseDraft, type Rule, rfc6455, type Surroundings } from "../../case.ts";
import { parseExtensionList } from "../../negotiation.ts";
import { failed } from "../../outcomes.ts";
import { makeCase } from "./row.ts";

interface Check {
  readonly slug: string;
  readonly title: string;
  readonly rule: Rule;
  readonly allowed: string;
  /** What is wrong. */
  readonly find: (arrival: Arrival) => string | undefined;
}

function field(name: string, isRight: (value: string) => boolean): Check["find"] {
  return ({ headers }) => {
    const value = headers.get(name);
    if (value === undefined) return `the request has no ${name}`;
    return isRight(value) ? undefined : `the request has "${name}: ${value}"`;
  };
}

const hasToken = (token: string) => (value: string) =>
  value.split(",").some((one) => one.trim().toLowerCase() === token);

const CHECKS: readonly Check[] = [
  {
    slug: "method",
    title: "the line of the client's request",
    rule: rfc6455(
      "4.1",
      "The method of the request MUST be GET, and the HTTP version MUST be at least 1.1.",
    ),
    allowed: "GET, the target and HTTP/1.1",
    find: ({ head: { line } }) =>
      /^GET \/case\/\d+ HTTP\/1\.1$/.test(line) ? undefined : `the request's line is "${line}"`,
  },
  {
    slug: "host",
    title: "the client's Host",
    rule: rfc6455("4.1", "The request MUST contain a |Host| header field"),
    allowed: "host and port, once",
    find: field("host", (value) => /^[^\s,/]+:\d+$/.test(value)),
  },
  {
    slug: "upgrade",
    title: "the client's Upgrade",
    rule: rfc6455(
      "4.1",
      'an |Upgrade| header field whose value MUST include the "websocket" keyword',
    ),
    allowed: "websocket",
    find: field("upgrade", hasToken("websocket")),
  },
  {
    slug: "connection",
    title: "the client's Connection",
    rule: rfc6455(
      "4.1",
      'a |Connection| header field whose value MUST include the "Upgrade" token',
    ),
    allowed: "Upgrade",
    find: field("connection", hasToken("upgrade")),
  },
  {
    slug: "key",
    title: "the client's Sec-WebSocket-Key",
    rule: rfc6455(
      "4.1",
      "a nonce consisting of a randomly selected 16-byte value that has been base64-encoded",
    ),
    allowed: "16 bytes in base64, once",
    find: field("sec-websocket-key", (value) => /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(value)),
  },
  {
    slug: "version",
    title: "the client's Sec-WebSocket-Version",
    rule: rfc6455("4.1", "The value of this header field MUST be 13."),
    allowed: "13, once",
    find: field("sec-websocket-version", (value) => value === "13"),
  },
  {
    slug: "offer",
    title: "the client's Sec-WebSocket-Extensions",
    rule: rfc6455("9.1", "extension-list = 1#extension"),
    allowed: "none, or a list of extensions with their parameters, none twice in one offer",
    find: ({ headers }) => findFaultInOffer(headers.get("sec-websocket-extensions")),
  },
  {
    slug: "no-body",
    title: "the client's request, which has no body",
    rule: rfc6455(
      "4.1",
      "the client MUST wait for a response from the server before sending any further data",
    ),
    allowed: "neither Content-Length, nor Transfer-Encoding, nor a byte behind the head",
    find: ({ headers, wire }) => {
      const name = ["content-length", "transfer-encoding"].find((one) => headers.has(one));
      if (name !== undefined) return `the request has ${name}`;
      return wire.hasBytes ? "bytes came behind the request" : undefined;
    },
  },
];

function findFaultInOffer(offer: string | undefined): string | undefined {
  if (offer === undefined) return undefined;
  const isToken = (text: string) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
  for (const { name, parameters } of parseExtensionList(offer)) {
    const names = parameters.map(([own]) => own);
    if (![name, ...names].every(isToken)) return `"${offer}" is no list of extensions`;
    if (new Set(names).size < names.length) return `a parameter stands twice in "${offer}"`;
  }
  return undefined;
}

export function requestCases(): CaseDraft[] {
  return CHECKS.map(({ slug, title, rule, allowed, find }): CaseDraft => {
    const row = makeCase({ slug: `request-${slug}`, title, rule, allowed: "opens" });
    return {
      ...row,
      allowed,
      async play(arrival: Arrival, surroundings: Surroundings) {
        const sentence = find(arrival);
        const opened = await row.play(arrival, surroundings);
        return sentence === undefined ? opened : failed(sentence);
      },
    };
  });
}
