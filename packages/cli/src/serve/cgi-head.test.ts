import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHead, splitHead } from "./cgi-head.ts";

const heads: readonly (readonly [string, number, readonly (readonly string[])[]])[] = [
  ["Content-Type: text/plain", 200, [["Content-Type", "text/plain"]]],
  ["content-type:text/plain  ", 200, [["content-type", "text/plain"]]],
  ["Status: 404 Not Found\r\nContent-Type: a/b", 404, [["Content-Type", "a/b"]]],
  ["Status: 204", 204, []],
  ["Location: /there", 302, [["Location", "/there"]]],
  ["Status: 301\nLocation: http://a.example/", 301, [["Location", "http://a.example/"]]],
  [
    "Content-Type: a/b\nSet-Cookie: a=1\nSet-Cookie: b=2",
    200,
    [
      ["Content-Type", "a/b"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ],
  ],
  [
    "Content-Type: a/b\nContent-Length: 5\nConnection: close\nTransfer-Encoding: chunked",
    200,
    [["Content-Type", "a/b"]],
  ],
];

for (const [text, status, headers] of heads) {
  test(`${JSON.stringify(text)} is a head`, () => {
    assert.deepEqual(parseHead(text), { status, headers });
  });
}

const faults: readonly (readonly [string, RegExp])[] = [
  ["", /the line "" is no header/],
  ["hello", /the line "hello" is no header/],
  ["Content-Type: a/b\nhello there: x", /is no header/],
  ["Content-Type: a/b\n folded", /is no header/],
  ["Content-Type: a/b\n: x", /is no header/],
  ["Content-Type: a/b\nX: a\rSet-Cookie: b", /is no header/],
  ["Content-Type: a/b\nX: a\0b", /is no header/],
  ["X-Only: 1", /no Content-Type, no Status and no Location/],
  ["Status: 101 Switching Protocols", /its status is "101/],
  ["Status: 99", /its status is "99"/],
  ["Status: 2000", /its status/],
  ["Status: OK", /its status/],
  ["Status: 200\nStatus: 404", /two Status lines/],
];

for (const [text, fault] of faults) {
  test(`${JSON.stringify(text)} is refused`, () => {
    const found = parseHead(text);
    assert.ok(typeof found === "string");
    assert.match(found, fault);
  });
}

test("the head ends at the first empty line, however its lines end", () => {
  for (const [text, head, body] of [
    ["A: b\n\nbody", "A: b", "body"],
    ["A: b\r\n\r\n\r\nbody", "A: b", "\r\nbody"],
    ["A: b\r\n\nbody\n\n", "A: b", "body\n\n"],
    ["\nbody", "", "body"],
  ] as const) {
    const split = splitHead(Buffer.from(text));
    assert.deepEqual([split?.text, split?.body.toString()], [head, body]);
  }
  assert.equal(splitHead(Buffer.from("A: b\nC: d\n")), undefined);
});
