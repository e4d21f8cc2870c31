import type { HeaderLine } from "../../opening.ts";
import { add, type Row, rename, set } from "./row.ts";
import { RULES } from "./rules.ts";

const opens = { rule: RULES.opens, allowed: "opens" } as const;

export const SPELLINGS: readonly Row[] = [
  { ...opens, slug: "good", title: "the handshake of section 1.3" },
  {
    ...opens,
    slug: "names-lower-case",
    title: "all field names in lower case",
    fields: rename((name) => name.toLowerCase()),
  },
  {
    ...opens,
    slug: "names-upper-case",
    title: "all field names in upper case",
    fields: rename((name) => name.toUpperCase()),
  },
  {
    ...opens,
    slug: "fields-reversed",
    title: "the fields in the other order",
    fields: (good) => [...good].reverse(),
  },
  {
    ...opens,
    slug: "other-fields",
    title: "twenty fields that mean nothing here",
    fields: add(
      ...Array.from({ length: 20 }, (_, at): HeaderLine => [`X-Field-${at}`, `value ${at}`]),
    ),
  },
  {
    ...opens,
    slug: "no-spaces",
    title: "no space behind the colons",
    text: (good) => good.replaceAll(": ", ":"),
  },
  {
    ...opens,
    slug: "tabs",
    title: "tabs and spaces around the values",
    text: (good) => good.replaceAll(/: (?!Upgrade)(.*)\r/g, ": \t $1 \t\r"),
  },
  {
    ...opens,
    allowed: "should-open",
    slug: "connection-tab-behind",
    title: "a tab behind the value of Connection",
    rule: { rfc: 9112, section: "5", sentence: 'field-line = field-name ":" OWS field-value OWS' },
    fields: set("Connection", "Upgrade\t"),
  },
  {
    ...opens,
    slug: "empty-value",
    title: "a field with an empty value",
    fields: add(["X-Empty", ""]),
  },
  {
    ...opens,
    slug: "latin1-value",
    title: "a field with a value beyond ASCII",
    fields: add(["X-Name", "caf\xe9"]),
  },
  {
    ...opens,
    slug: "query",
    title: "a target with a query",
    line: (target) => `GET ${target}${target.includes("?") ? "&" : "?"}a=b&c=%20 HTTP/1.1`,
  },
  {
    ...opens,
    slug: "empty-line-first",
    title: "an empty line before the request line, which a robust server ignores",
    rule: {
      rfc: 9112,
      section: "2.2",
      sentence: "SHOULD ignore at least one empty line (CRLF) received prior to the request-line",
    },
    text: (good) => `\r\n${good}`,
  },
  { ...opens, slug: "by-bytes", title: "the request byte by byte", pieces: 1 },
  { ...opens, slug: "by-sevens", title: "the request in pieces of seven bytes", pieces: 7 },
  {
    ...opens,
    slug: "upgrade-mixed-case",
    title: "Upgrade: WebSocket",
    rule: RULES.upgrade,
    fields: set("Upgrade", "WebSocket"),
  },
  {
    ...opens,
    slug: "upgrade-upper-case",
    title: "Upgrade: WEBSOCKET",
    rule: RULES.upgrade,
    fields: set("Upgrade", "WEBSOCKET"),
  },
  {
    ...opens,
    slug: "connection-lower-case",
    title: "Connection: upgrade",
    rule: RULES.connection,
    fields: set("Connection", "upgrade"),
  },
  {
    ...opens,
    slug: "connection-upper-case",
    title: "Connection: UPGRADE",
    rule: RULES.connection,
    fields: set("Connection", "UPGRADE"),
  },
  {
    ...opens,
    slug: "connection-list",
    title: "Connection: keep-alive, Upgrade",
    rule: RULES.connection,
    fields: set("Connection", "keep-alive, Upgrade"),
  },
  {
    ...opens,
    slug: "connection-list-tight",
    title: "Connection: Upgrade,keep-alive",
    rule: RULES.connection,
    fields: set("Connection", "Upgrade,keep-alive"),
  },
  {
    ...opens,
    slug: "connection-empty-elements",
    title: "Connection: ,, Upgrade ,",
    rule: RULES.connection,
    fields: set("Connection", ",, Upgrade ,"),
  },
  {
    ...opens,
    slug: "connection-two-fields",
    title: "Connection in two fields",
    rule: RULES.connection,
    fields: (good) => [["Connection", "keep-alive"], ...good],
  },
];
