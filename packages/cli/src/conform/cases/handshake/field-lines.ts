/** Shapes of lines and fields that HTTP forbids, or lets a server decide. */
import { rfc6455 } from "../../case.ts";
import { add, type Row } from "./row.ts";
import { RULES } from "./rules.ts";

export const FIELD_LINES: readonly Row[] = [
  {
    slug: "space-before-colon",
    title: "a space before a colon",
    rule: RULES.space,
    allowed: "refuses",
    text: (good) => good.replace("Upgrade:", "Upgrade :"),
  },
  {
    slug: "folded",
    title: "a folded field",
    rule: RULES.fold,
    allowed: "either",
    text: (good) => good.replace("Connection: Upgrade", "Connection: keep-alive,\r\n Upgrade"),
  },
  {
    slug: "folded-first",
    title: "a fold behind the request line",
    rule: RULES.fold,
    allowed: "either",
    text: (good) => good.replace("\r\n", "\r\n X-Folded: 1\r\n"),
  },
  {
    slug: "line-ends-lf",
    title: "lines that end with LF alone",
    rule: RULES.lineEnd,
    allowed: "either",
    text: (good) => good.replaceAll("\r\n", "\n").replace(/\n\n$/, "\n\r\n\r\n"),
  },
  {
    slug: "line-ends-cr",
    title: "a CR inside a value",
    rule: RULES.control,
    allowed: "refuses",
    fields: add(["X-Field", "a\rb"]),
  },
  {
    slug: "nul-in-value",
    title: "a NUL inside a value",
    rule: RULES.control,
    allowed: "refuses",
    fields: add(["X-Field", "a\0b"]),
  },
  {
    slug: "nul-in-name",
    title: "a NUL inside a name",
    rule: RULES.grammar,
    allowed: "refuses",
    fields: add(["X-Fi\0eld", "a"]),
  },
  {
    slug: "name-empty",
    title: "a field without a name",
    rule: RULES.grammar,
    allowed: "refuses",
    fields: add(["", "a"]),
  },
  {
    slug: "name-with-space",
    title: "a name with a space",
    rule: RULES.grammar,
    allowed: "refuses",
    fields: add(["X Field", "a"]),
  },
  {
    slug: "no-colon",
    title: "a line without a colon",
    rule: RULES.grammar,
    allowed: "refuses",
    text: (good) => good.replace("Upgrade: websocket", "Upgrade: websocket\r\nnonsense"),
  },
  {
    slug: "body-length",
    title: "a body of five bytes",
    rule: RULES.requirements,
    allowed: "either",
    fields: add(["Content-Length", "5"]),
    text: (good) => `${good}hello`,
  },
  {
    slug: "body-length-wrong",
    title: "Content-Length: x",
    rule: RULES.grammar,
    allowed: "should-refuse",
    fields: add(["Content-Length", "x"]),
  },
  {
    slug: "body-chunked",
    title: "a chunked body",
    rule: RULES.requirements,
    allowed: "either",
    fields: add(["Transfer-Encoding", "chunked"]),
    text: (good) => `${good}5\r\nhello\r\n0\r\n\r\n`,
  },
  {
    slug: "target-absolute",
    title: "a target in absolute form",
    rule: {
      rfc: 9112,
      section: "3.2.2",
      sentence: "a server MUST accept the absolute-form in requests",
    },
    allowed: "either",
    line: (target) => `GET http://localhost${target} HTTP/1.1`,
  },
  {
    slug: "origin-null",
    title: "Origin: null",
    rule: rfc6455(
      "10.2",
      "Servers that are not intended to process input from any web page […] SHOULD verify the |Origin| field",
    ),
    allowed: "either",
    fields: add(["Origin", "null"]),
  },
  {
    slug: "origin-foreign",
    title: "Origin: https://other.example",
    rule: rfc6455("10.2", "Servers […] SHOULD verify the |Origin| field"),
    allowed: "either",
    fields: add(["Origin", "https://other.example"]),
  },
];
