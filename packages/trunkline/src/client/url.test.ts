import assert from "node:assert/strict";
import { test } from "node:test";
import { withLocation } from "./location.test.util.ts";
import { checkProtocols, readUrl } from "./url.ts";

const accepted: readonly (readonly [string, string])[] = [
  ["ws://localhost", "ws://localhost/"],
  ["WS://LocalHost:80/a b?c=d", "ws://localhost/a%20b?c=d"],
  ["wss://example.com:443/", "wss://example.com/"],
  ["wss://example.com:8443/x", "wss://example.com:8443/x"],
  ["http://example.com/x", "ws://example.com/x"],
  ["https://example.com:443/x", "wss://example.com/x"],
  ["https://example.com:80/x", "wss://example.com:80/x"],
  ["  ws://localhost/  ", "ws://localhost/"],
  ["ws://[::1]:9998/", "ws://[::1]:9998/"],
  ["ws://user:pass@localhost/", "ws://user:pass@localhost/"],
  ["ws://localhost/?q=%23", "ws://localhost/?q=%23"],
];

for (const [given, href] of accepted) {
  test(`the URL ${given} becomes ${href}`, () => assert.equal(readUrl(given).href, href));
}

const refused: readonly (readonly [string, RegExp])[] = [
  ["", /not an absolute URL/],
  ["/echo", /not an absolute URL/],
  ["//localhost/echo", /not an absolute URL/],
  ["localhost", /not an absolute URL/],
  ["#test", /not an absolute URL/],
  ["ws://foo bar.com/", /not an absolute URL/],
  ["ws://localhost:99999/", /not an absolute URL/],
  ["ws://", /not an absolute URL/],
  ["ftp://localhost/", /ws or wss.*not ftp/],
  ["file:///echo", /not file/],
  ["localhost:9998", /not localhost/],
  ["mailto:example@example.org", /not mailto/],
  ["ws://localhost/#", /fragment/],
  ["ws://localhost/#test", /fragment/],
  ["https://localhost/#test", /fragment/],
];

for (const [given, message] of refused) {
  test(`the URL "${given}" is a SyntaxError that says why`, () => {
    assert.throws(
      () => readUrl(given),
      (error) => {
        assert.ok(error instanceof DOMException);
        assert.equal(error.name, "SyntaxError");
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

const relative: readonly (readonly [string, string, string])[] = [
  ["http://localhost:3000/app/page?q", "echo", "ws://localhost:3000/app/echo"],
  ["http://localhost:3000/app/page#here", "/echo", "ws://localhost:3000/echo"],
  ["https://example.com/", "/echo", "wss://example.com/echo"],
  ["https://example.com/", "//other.example/", "wss://other.example/"],
  ["https://example.com/page?q#here", "", "wss://example.com/page?q"],
  ["https://example.com/", "ws://localhost/", "ws://localhost/"],
];

for (const [base, given, href] of relative) {
  test(`the URL "${given}" at ${base} becomes ${href}`, () => {
    withLocation({ href: base }, () => assert.equal(readUrl(given).href, href));
  });
}

for (const [base, given, message] of [
  ["about:blank", "/echo", /"\/echo" is not a URL, nor a part of one at about:blank/],
  ["file:///index.html", "echo", /ws or wss.*not file/],
  ["https://example.com/", "#a", /fragment/],
] as const) {
  test(`the URL "${given}" at ${base} is a SyntaxError`, () => {
    withLocation({ href: base }, () => assert.throws(() => readUrl(given), { message }));
  });
}

test("an endless URL is quoted in part", () => {
  assert.throws(
    () => readUrl("x".repeat(10_000)),
    (error) => {
      assert.ok(error instanceof DOMException && error.message.length < 400);
      return true;
    },
  );
});

for (const protocols of [[], ["chat"], ["a", "b"], ["!#$%&'*+-.^_`|~09azAZ"]]) {
  test(`the subprotocols ${JSON.stringify(protocols)} pass`, () => checkProtocols(protocols));
}

for (const protocols of [
  [""],
  ["a b"],
  ["a,b"],
  ["a/b"],
  ["a\u007f"],
  ["é"],
  ["a\r\n"],
  ["chat", "chat"],
  ["echo", "eCho"],
  ["ok", "("],
]) {
  test(`the subprotocols ${JSON.stringify(protocols)} are a SyntaxError`, () => {
    assert.throws(() => checkProtocols(protocols), { name: "SyntaxError" });
  });
}
