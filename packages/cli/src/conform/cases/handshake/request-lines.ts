import type { Row } from "./row.ts";
import { RULES } from "./rules.ts";

const refuses = { rule: RULES.method, allowed: "refuses" } as const;

export const REQUEST_LINES: readonly Row[] = [
  ...["POST", "PUT", "HEAD", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "FROB"].map(
    (method): Row => ({
      ...refuses,
      slug: `method-${method === "get" ? "lower-case" : method.toLowerCase()}`,
      title: `the method ${method}`,
      line: (target) => `${method} ${target} HTTP/1.1`,
    }),
  ),
  ...(
    [
      ["1-0", "HTTP/1.0"],
      ["0-9", "HTTP/0.9"],
      ["2-0", "HTTP/2.0"],
      ["lower-case", "http/1.1"],
      ["no-minor", "HTTP/1"],
      ["no-point", "HTTP/11"],
      ["misspelt", "HTPP/1.1"],
    ] as const
  ).map(
    ([slug, version]): Row => ({
      ...refuses,
      slug: `http-${slug}`,
      title: `the version ${version}`,
      line: (target) => `GET ${target} ${version}`,
    }),
  ),
  {
    ...refuses,
    slug: "no-http-version",
    title: "a request line without a version",
    rule: RULES.grammar,
    line: (target) => `GET ${target}`,
  },
  {
    ...refuses,
    slug: "no-target",
    title: "a request line without a target",
    rule: RULES.grammar,
    line: () => "GET HTTP/1.1",
  },
  {
    ...refuses,
    slug: "target-with-space",
    title: "a target with a space",
    rule: RULES.grammar,
    line: (target) => `GET ${target} more HTTP/1.1`,
  },
  {
    ...refuses,
    slug: "target-star",
    title: "the target *",
    rule: RULES.grammar,
    line: () => "GET * HTTP/1.1",
  },
  {
    ...refuses,
    slug: "target-nul",
    title: "a target with a NUL",
    rule: RULES.grammar,
    line: (target) => `GET ${target}\0 HTTP/1.1`,
  },
  {
    ...refuses,
    slug: "garbage",
    title: "bytes that are no request",
    rule: RULES.grammar,
    text: () => "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
  },
  {
    ...refuses,
    slug: "frames-at-once",
    title: "a frame in place of a request",
    rule: RULES.grammar,
    text: () => "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\r\n\r\n",
  },
];
