/** Subprotocols and extensions that a server may choose, or must not. */
import { rfc6455 } from "../../case.ts";
import type { Head } from "../../opening.ts";
import { add, type Row } from "./row.ts";
import { RULES } from "./rules.ts";

const malformed = { rule: RULES.extensions, allowed: "should-refuse" } as const;
const malformedValues = [
  ["empty-parameter", "permessage-deflate;;server_no_context_takeover"],
  ["no-name", "; a=b"],
  ["no-comma", "x y"],
  ["unclosed-quote", 'x; y="z'],
  ["not-token", "x@y"],
  ["equals-twice", "x; y=1=2"],
  ["quoted-not-token", 'x; y="a b"'],
  ["empty-value", "x; y="],
] as const;

const noProtocol =
  (offered: readonly string[]) =>
  (head: Head): string | undefined => {
    const chosen = head.headers.get("sec-websocket-protocol");
    if (chosen === undefined || offered.includes(chosen)) return undefined;
    return `it chose the subprotocol "${chosen}", which was not offered`;
  };

const noExtension = (head: Head): string | undefined => {
  const chosen = head.headers.get("sec-websocket-extensions");
  return chosen === undefined ? undefined : `it chose the extension "${chosen}", which it cannot`;
};

const protocol = { rule: RULES.protocol, allowed: "opens" } as const;
const unknown = { rule: RULES.unknown, allowed: "opens", answer: noExtension } as const;

export const NEGOTIATED: readonly Row[] = [
  {
    ...protocol,
    slug: "protocol-none",
    title: "no subprotocol asked for: none may come",
    answer: noProtocol([]),
  },
  {
    ...protocol,
    slug: "protocol-one",
    title: "one subprotocol",
    fields: add(["Sec-WebSocket-Protocol", "chat"]),
    answer: noProtocol(["chat"]),
  },
  {
    ...protocol,
    slug: "protocol-list",
    title: "three subprotocols in a list",
    fields: add(["Sec-WebSocket-Protocol", "chat, superchat,v2.chat"]),
    answer: noProtocol(["chat", "superchat", "v2.chat"]),
  },
  {
    ...protocol,
    slug: "protocol-two-fields",
    title: "two subprotocols in two fields",
    fields: add(["Sec-WebSocket-Protocol", "chat"], ["Sec-WebSocket-Protocol", "superchat"]),
    answer: noProtocol(["chat", "superchat"]),
  },
  {
    ...protocol,
    slug: "protocol-case",
    title: "subprotocols that differ in case alone",
    fields: add(["Sec-WebSocket-Protocol", "chat, CHAT"]),
    answer: noProtocol(["chat", "CHAT"]),
  },
  {
    ...protocol,
    slug: "protocol-twice",
    title: "the same subprotocol twice",
    allowed: "should-refuse",
    rule: rfc6455("4.1", "and MUST all be unique strings"),
    fields: add(["Sec-WebSocket-Protocol", "chat, chat"]),
  },
  {
    ...protocol,
    slug: "protocol-empty",
    title: "an empty Sec-WebSocket-Protocol",
    allowed: "should-refuse",
    fields: add(["Sec-WebSocket-Protocol", ""]),
    answer: noProtocol([]),
  },
  {
    ...protocol,
    slug: "protocol-not-token",
    title: "a subprotocol that is no token",
    allowed: "should-refuse",
    fields: add(["Sec-WebSocket-Protocol", "a b"]),
    answer: noProtocol([]),
  },
  { ...unknown, slug: "extension-none", title: "no extension asked for: none may come" },
  {
    ...unknown,
    slug: "extension-unknown",
    title: "an extension that nobody knows",
    fields: add(["Sec-WebSocket-Extensions", "x-nobody-knows"]),
  },
  {
    ...unknown,
    slug: "extension-unknown-parameters",
    title: "an unknown extension with parameters and a quoted string",
    fields: add(["Sec-WebSocket-Extensions", 'x-nobody; a; b=1; c="d"']),
  },
  {
    ...unknown,
    slug: "extension-unknown-list",
    title: "three unknown extensions in two fields",
    fields: add(
      ["Sec-WebSocket-Extensions", "x-one, x-two"],
      ["Sec-WebSocket-Extensions", "x-three"],
    ),
  },
  {
    ...unknown,
    slug: "extension-draft",
    title: "the extension of a draft, x-webkit-deflate-frame",
    fields: add(["Sec-WebSocket-Extensions", "x-webkit-deflate-frame"]),
  },
  ...malformedValues.map(
    ([slug, value]): Row => ({
      ...malformed,
      slug: `extension-malformed-${slug}`,
      title: `Sec-WebSocket-Extensions: ${value}`,
      fields: add(["Sec-WebSocket-Extensions", value]),
    }),
  ),
];
