/** Answers that are no 101. */
import type { HeaderLine } from "../../opening.ts";
import { formatHead } from "../../opening.ts";
import { add, GOOD_LINE, type Row } from "./row.ts";
import { RULES } from "./rules.ts";

const ELSEWHERE: HeaderLine = ["Location", "/elsewhere"];

/** Each with all the fields of a good answer: the status alone decides. */
const STATUSES: readonly (readonly [line: string, ...fields: readonly HeaderLine[]])[] = [
  ["200 OK"],
  ["201 Created"],
  ["204 No Content"],
  ["206 Partial Content"],
  ["300 Multiple Choices", ELSEWHERE],
  ["301 Moved Permanently", ELSEWHERE],
  ["302 Found", ELSEWHERE],
  ["303 See Other", ELSEWHERE],
  ["304 Not Modified"],
  ["307 Temporary Redirect", ELSEWHERE],
  ["308 Permanent Redirect", ELSEWHERE],
  ["400 Bad Request"],
  ["401 Unauthorized", ["WWW-Authenticate", 'Basic realm="suite"']],
  ["403 Forbidden"],
  ["404 Not Found"],
  ["407 Proxy Authentication Required", ["Proxy-Authenticate", 'Basic realm="suite"']],
  ["426 Upgrade Required"],
  ["429 Too Many Requests", ["Retry-After", "1"]],
  ["500 Internal Server Error"],
  ["503 Service Unavailable", ["Retry-After", "1"]],
  ["599 Unknown"],
  ["999 Unknown"],
];

function statuses(): Row[] {
  return STATUSES.flatMap(([line, ...fields]): Row[] => {
    const parts = { rule: RULES.status, allowed: "fails", line: `HTTP/1.1 ${line}` } as const;
    const number = line.slice(0, 3);
    return [
      {
        ...parts,
        slug: `status-${number}`,
        title: `${line} with the fields of a good answer`,
        fields: add(...fields, ["Connection", "close"]),
        ends: true,
      },
      {
        ...parts,
        slug: `status-${number}-body`,
        title: `${line} with a body that is a frame`,
        fields: () => [...fields, ["Content-Length", "13"], ["Connection", "close"]],
        text: (head) => `${head}\x81\x0bis it open?`,
        ends: true,
      },
    ];
  });
}

const INTERIM = ["100 Continue", "102 Processing", "103 Early Hints"];

function interim(): Row[] {
  return INTERIM.flatMap((line): Row[] => [
    {
      slug: `interim-${line.slice(0, 3)}`,
      title: `${line} before the 101`,
      rule: RULES.interim,
      allowed: "should-open",
      text: (good) => formatHead(`HTTP/1.1 ${line}`, []).toString("latin1") + good,
    },
    {
      slug: `interim-${line.slice(0, 3)}-alone`,
      title: `${line} with the fields of a good answer, and the end`,
      rule: RULES.status,
      allowed: "fails",
      line: `HTTP/1.1 ${line}`,
      ends: true,
    },
  ]);
}

const LINES: readonly (readonly [string, string, string, Row["allowed"]])[] = [
  ["reason-other", "another reason phrase", "HTTP/1.1 101 Web Socket Protocol Handshake", "opens"],
  ["reason-empty", "an empty reason phrase", "HTTP/1.1 101 ", "opens"],
  ["reason-missing", "no space behind the status", "HTTP/1.1 101", "either"],
  ["reason-latin", "a reason phrase that is no ASCII", "HTTP/1.1 101 \xe9\xe8", "either"],
  ["http-1-0", "HTTP/1.0", "HTTP/1.0 101 Switching Protocols", "either"],
  ["http-2-0", "HTTP/2.0", "HTTP/2.0 101 Switching Protocols", "either"],
  ["http-lower", "http/1.1", "http/1.1 101 Switching Protocols", "should-fail"],
  ["http-missing", "no version", "101 Switching Protocols", "fails"],
  ["ws-version", "another protocol", "WS/1.1 101 Switching Protocols", "fails"],
  ["status-two-digits", "a status of two digits", "HTTP/1.1 10 Switching", "fails"],
  ["status-four-digits", "a status of four digits", "HTTP/1.1 1010 Switching", "fails"],
  ["status-hex", "a status that is no number", "HTTP/1.1 1O1 Switching", "fails"],
  ["status-minus", "a negative status", "HTTP/1.1 -101 Switching", "fails"],
];

function lines(): Row[] {
  return LINES.map(([slug, title, line, allowed]) => ({
    slug: `line-${slug}`,
    title: `a status line with ${title}`,
    rule: RULES.line,
    allowed,
    line,
  }));
}

/** Streams that break off, or are no HTTP. */
function broken(): Row[] {
  const parts = { rule: RULES.opens, allowed: "fails", ends: true } as const;
  const cut = (slug: string, title: string, text: (good: string) => string): Row => ({
    ...parts,
    slug: `broken-${slug}`,
    title,
    text,
  });
  return [
    cut("nothing", "the end in place of an answer", () => ""),
    cut("line", "the end inside the status line", (good) => good.slice(0, 12)),
    cut("fields", "the end behind the status line", () => `${GOOD_LINE}\r\n`),
    cut("field", "the end inside the last field", (good) => good.slice(0, -10)),
    cut("empty-line", "the end before the empty line", (good) => good.slice(0, -2)),
    cut("garbage", "bytes that are no HTTP", () => "\x01\x02\x03 no answer\r\n\r\n"),
    cut("frame", "a frame in place of an answer", () => "\x81\x05hello"),
    cut("page", "a page without a head", () => "<!doctype html>\n<p>Not here.</p>\n\n"),
  ];
}

export const STATUS_ROWS: readonly Row[] = [...statuses(), ...interim(), ...lines(), ...broken()];
