/** The fields of a 101: missing, wrong, doubled, spelt in each way, and those that are not asked for. */
import { createHash } from "node:crypto";
import type { HeaderLine } from "../../opening.ts";
import { acceptFor } from "../../opening.ts";
import { type Allowed, add, type Fields, type Row, set, without } from "./row.ts";
import { RULES } from "./rules.ts";

const ACCEPT = "Sec-WebSocket-Accept";

function row(
  rule: keyof typeof RULES,
  slug: string,
  title: string,
  allowed: Allowed,
  fields: Fields,
): Row {
  return { slug, title, rule: RULES[rule], allowed, fields };
}

/** Sets the value that `make` gives for the right value and the key. */
function accept(make: (right: string, key: string) => string): Fields {
  return (good, key) => set(ACCEPT, make(acceptFor(key), key))(good, key);
}

const upgrade: readonly Row[] = [
  row("upgrade", "upgrade-missing", "no Upgrade", "fails", without("Upgrade")),
  row("upgrade", "upgrade-empty", "an empty Upgrade", "fails", set("Upgrade", "")),
  row("upgrade", "upgrade-h2c", "Upgrade: h2c", "fails", set("Upgrade", "h2c")),
  row("upgrade", "upgrade-prefix", "Upgrade: web", "fails", set("Upgrade", "web")),
  row("upgrade", "upgrade-suffix", "Upgrade: websockets", "fails", set("Upgrade", "websockets")),
  row(
    "upgrade",
    "upgrade-list",
    "Upgrade: websocket, h2c",
    "should-fail",
    set("Upgrade", "websocket, h2c"),
  ),
  row("upgrade", "upgrade-twice", "Upgrade twice", "either", add(["Upgrade", "websocket"])),
  row(
    "upgrade",
    "upgrade-twice-other",
    "Upgrade twice, h2c last",
    "should-fail",
    add(["Upgrade", "h2c"]),
  ),
  row("upgrade", "upgrade-mixed-case", "Upgrade: WebSocket", "opens", set("Upgrade", "WebSocket")),
  row("upgrade", "upgrade-upper-case", "Upgrade: WEBSOCKET", "opens", set("Upgrade", "WEBSOCKET")),
  row(
    "upgrade",
    "upgrade-spaces",
    "Upgrade with spaces and a tab around",
    "opens",
    set("Upgrade", "  websocket \t"),
  ),
];

const connection: readonly Row[] = [
  row("connection", "connection-missing", "no Connection", "fails", without("Connection")),
  row("connection", "connection-empty", "an empty Connection", "fails", set("Connection", "")),
  row("connection", "connection-close", "Connection: close", "fails", set("Connection", "close")),
  row(
    "connection",
    "connection-keep-alive",
    "Connection: keep-alive",
    "fails",
    set("Connection", "keep-alive"),
  ),
  row(
    "connection",
    "connection-prefix",
    "Connection: Upgrades",
    "fails",
    set("Connection", "Upgrades"),
  ),
  row(
    "connection",
    "connection-two-words",
    "Connection: no upgrade",
    "fails",
    set("Connection", "no upgrade"),
  ),
  row(
    "connection",
    "connection-lower-case",
    "Connection: upgrade",
    "opens",
    set("Connection", "upgrade"),
  ),
  row(
    "connection",
    "connection-upper-case",
    "Connection: UPGRADE",
    "opens",
    set("Connection", "UPGRADE"),
  ),
  row(
    "connection",
    "connection-list",
    "Connection: keep-alive, Upgrade",
    "opens",
    set("Connection", "keep-alive, Upgrade"),
  ),
  row(
    "connection",
    "connection-list-first",
    "Connection: Upgrade,keep-alive",
    "opens",
    set("Connection", "Upgrade,keep-alive"),
  ),
  row(
    "connection",
    "connection-two-fields",
    "keep-alive and Upgrade in a field each",
    "opens",
    (good) => [["Connection", "keep-alive"], ...good],
  ),
];

const accepts: readonly Row[] = [
  row("accept", "accept-missing", "no Sec-WebSocket-Accept", "fails", without(ACCEPT)),
  row("accept", "accept-empty", "an empty Sec-WebSocket-Accept", "fails", set(ACCEPT, "")),
  row(
    "accept",
    "accept-of-example",
    "the Sec-WebSocket-Accept of the RFC's example",
    "fails",
    set(ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
  ),
  row(
    "accept",
    "accept-is-key",
    "the key itself in Sec-WebSocket-Accept",
    "fails",
    accept((_, key) => key),
  ),
  row(
    "accept",
    "accept-without-guid",
    "Sec-WebSocket-Accept without the GUID",
    "fails",
    accept((_, key) => createHash("sha1").update(key).digest("base64")),
  ),
  row(
    "accept",
    "accept-hexadecimal",
    "Sec-WebSocket-Accept in hexadecimal",
    "fails",
    accept((right) => Buffer.from(right, "base64").toString("hex")),
  ),
  row(
    "accept",
    "accept-lower-case",
    "Sec-WebSocket-Accept in lower case",
    "fails",
    accept((right) => right.toLowerCase()),
  ),
  row(
    "accept",
    "accept-upper-case",
    "Sec-WebSocket-Accept in upper case",
    "fails",
    accept((right) => right.toUpperCase()),
  ),
  row(
    "accept",
    "accept-swapped-case",
    "Sec-WebSocket-Accept with the case of one letter swapped",
    "fails",
    accept(swapOne),
  ),
  row(
    "accept",
    "accept-unpadded",
    "Sec-WebSocket-Accept without its padding",
    "fails",
    accept((right) => right.replace("=", "")),
  ),
  row(
    "accept",
    "accept-byte-more",
    "Sec-WebSocket-Accept with a letter more",
    "fails",
    accept((right) => `${right}A`),
  ),
  row(
    "accept",
    "accept-byte-less",
    "Sec-WebSocket-Accept without its first letter",
    "fails",
    accept((right) => right.slice(1)),
  ),
  row(
    "accept",
    "accept-quoted",
    "Sec-WebSocket-Accept in quotes",
    "fails",
    accept((right) => `"${right}"`),
  ),
  row(
    "accept",
    "accept-inner-space",
    "Sec-WebSocket-Accept with a space inside",
    "fails",
    accept((right) => `${right.slice(0, 9)} ${right.slice(9)}`),
  ),
  row(
    "accept",
    "accept-spaces",
    "Sec-WebSocket-Accept with spaces around",
    "opens",
    accept((right) => `   ${right}  `),
  ),
  row(
    "acceptOnce",
    "accept-twice",
    "the right Sec-WebSocket-Accept twice",
    "should-fail",
    (good, key) => [...good, [ACCEPT, acceptFor(key)]],
  ),
  row(
    "acceptOnce",
    "accept-wrong-then-right",
    "a wrong Sec-WebSocket-Accept, then the right one",
    "fails",
    (good) => [[ACCEPT, acceptFor("")], ...good],
  ),
  row(
    "acceptOnce",
    "accept-right-then-wrong",
    "the right Sec-WebSocket-Accept, then a wrong one",
    "should-fail",
    add([ACCEPT, acceptFor("")]),
  ),
];

/** Other letters of base64 keep their case: the first letter that has one. */
function swapOne(right: string): string {
  return right.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

const PROTOCOL = "Sec-WebSocket-Protocol";
const EXTENSIONS = "Sec-WebSocket-Extensions";

const unasked: readonly Row[] = [
  row(
    "protocol",
    "protocol-unasked",
    "a subprotocol that was not asked for",
    "fails",
    add([PROTOCOL, "chat"]),
  ),
  row(
    "protocol",
    "protocol-list",
    "two subprotocols that were not asked for",
    "fails",
    add([PROTOCOL, "chat, superchat"]),
  ),
  row(
    "protocol",
    "protocol-two-fields",
    "two subprotocols in a field each",
    "fails",
    add([PROTOCOL, "chat"], [PROTOCOL, "superchat"]),
  ),
  row(
    "protocol",
    "protocol-not-token",
    "a subprotocol that is no token",
    "fails",
    add([PROTOCOL, "a b"]),
  ),
  row(
    "protocol",
    "protocol-empty",
    "an empty Sec-WebSocket-Protocol",
    "should-fail",
    add([PROTOCOL, ""]),
  ),
  row(
    "extensions",
    "extension-unasked",
    "an extension that nobody knows",
    "fails",
    add([EXTENSIONS, "x-nobody-knows"]),
  ),
  row(
    "extensions",
    "extension-parameters",
    "an unknown extension with parameters",
    "fails",
    add([EXTENSIONS, 'x-nobody; a=1; b="c"']),
  ),
  row(
    "extensions",
    "extension-draft",
    "x-webkit-deflate-frame",
    "fails",
    add([EXTENSIONS, "x-webkit-deflate-frame"]),
  ),
  row("extensions", "extension-mux", "mux", "fails", add([EXTENSIONS, "mux; max-channels=4"])),
  row(
    "extensions",
    "extension-not-token",
    "an extension that is no token",
    "fails",
    add([EXTENSIONS, "x@y"]),
  ),
  row(
    "extensions",
    "extension-only-parameter",
    "a parameter without an extension",
    "fails",
    add([EXTENSIONS, "; a=b"]),
  ),
  row(
    "extensions",
    "extension-unclosed-quote",
    "an unclosed quoted string",
    "fails",
    add([EXTENSIONS, 'x; y="z']),
  ),
  row(
    "extensions",
    "extension-empty",
    "an empty Sec-WebSocket-Extensions",
    "either",
    add([EXTENSIONS, ""]),
  ),
];

const rename =
  (change: (name: string) => string): Fields =>
  (good) =>
    good.map(([name, value]): HeaderLine => [change(name), value]);

const harmless: readonly Row[] = [
  row("opens", "good", "the good answer, and a text in the same write", "opens", (good) => good),
  row(
    "opens",
    "names-lower-case",
    "names of fields in lower case",
    "opens",
    rename((name) => name.toLowerCase()),
  ),
  row(
    "opens",
    "names-upper-case",
    "names of fields in upper case",
    "opens",
    rename((name) => name.toUpperCase()),
  ),
  row("opens", "order-reversed", "the fields in another order", "opens", (good) =>
    [...good].reverse(),
  ),
  row(
    "opens",
    "more-fields",
    "fields that nobody knows",
    "opens",
    add(["X-One", "1"], ["Server", "suite"], ["Date", "Thu, 01 Jan 1970 00:00:00 GMT"]),
  ),
  row(
    "opens",
    "cookie",
    "Set-Cookie twice",
    "opens",
    add(["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]),
  ),
  row("opens", "empty-field", "a field without a value", "opens", add(["X-Empty", ""])),
  row(
    "opens",
    "version-field",
    "Sec-WebSocket-Version: 13",
    "opens",
    add(["Sec-WebSocket-Version", "13"]),
  ),
  row("length", "content-length-0", "Content-Length: 0", "either", add(["Content-Length", "0"])),
  row("length", "content-length-5", "Content-Length: 5", "either", add(["Content-Length", "5"])),
  row(
    "length",
    "chunked",
    "Transfer-Encoding: chunked",
    "either",
    add(["Transfer-Encoding", "chunked"]),
  ),
  row("large", "field-8-kib", "a field of 8 KiB", "either", add(["X-Large", "x".repeat(8192)])),
  row("large", "field-64-kib", "a field of 64 KiB", "either", add(["X-Large", "x".repeat(65_536)])),
  row(
    "large",
    "field-1-mib",
    "a field of 1 MiB",
    "either",
    add(["X-Large", "x".repeat(1_048_576)]),
  ),
  row("large", "fields-hundred", "a hundred fields", "opens", add(...many(100))),
  row("large", "fields-twenty-thousand", "twenty thousand fields", "either", add(...many(20_000))),
];

function many(count: number): HeaderLine[] {
  return Array.from({ length: count }, (_, at): HeaderLine => [`X-${at}`, "x"]);
}

export const FIELD_ROWS: readonly Row[] = [
  ...harmless,
  ...upgrade,
  ...connection,
  ...accepts,
  ...unasked,
];

/** The text of the head, letter by letter. */
export const TEXT_ROWS: readonly Row[] = [
  {
    slug: "folded",
    title: "a folded field in the answer",
    rule: RULES.fold,
    allowed: "should-open",
    text: before("X-Folded: one\r\n two"),
  },
  {
    slug: "line-feeds",
    title: "lines that end with LF alone",
    rule: RULES.line,
    allowed: "either",
    text: (good) => good.replaceAll("\r\n", "\n"),
  },
  {
    slug: "empty-line-first",
    title: "an empty line before the status line",
    rule: RULES.line,
    allowed: "either",
    text: (good) => `\r\n${good}`,
  },
  {
    slug: "no-colon",
    title: "a line without a colon",
    rule: RULES.line,
    allowed: "should-fail",
    text: before("X-None"),
  },
  {
    slug: "no-name",
    title: "a field without a name",
    rule: RULES.line,
    allowed: "should-fail",
    text: before(": none"),
  },
  {
    slug: "space-before-colon",
    title: "a space before a colon",
    rule: RULES.line,
    allowed: "either",
    text: before("X-Space : here"),
  },
  {
    slug: "nul-in-value",
    title: "NUL in a value",
    rule: RULES.control,
    allowed: "should-fail",
    text: before("X-Nul: a\x00b"),
  },
  {
    slug: "latin-in-value",
    title: "a value that is no ASCII",
    rule: RULES.opens,
    allowed: "opens",
    text: before("X-Latin: \xe9"),
  },
  {
    slug: "byte-by-byte",
    title: "the good answer, byte by byte",
    rule: RULES.opens,
    allowed: "opens",
    pieces: 1,
  },
  {
    slug: "in-sevens",
    title: "the good answer, seven bytes at a time",
    rule: RULES.opens,
    allowed: "opens",
    pieces: 7,
  },
];

/** Another line before the fields. */
function before(line: string): (good: string) => string {
  return (good) => good.replace("\r\n", `\r\n${line}\r\n`);
}
