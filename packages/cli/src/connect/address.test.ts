import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAddress } from "./address.ts";

describe("the address", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["ws://example.com/chat?a=b", "ws://example.com/chat?a=b"],
    ["wss://example.com", "wss://example.com/"],
    ["http://localhost:9998/echo", "ws://localhost:9998/echo"],
    ["https://example.com/a", "wss://example.com/a"],
    ["localhost:9998/echo", "ws://localhost:9998/echo"],
    ["example.com", "ws://example.com/"],
    ["127.0.0.1:8080", "ws://127.0.0.1:8080/"],
    ["[::1]:8080/x", "ws://[::1]:8080/x"],
    [":9998/echo", "ws://localhost:9998/echo"],
    ["9998/echo", "ws://localhost:9998/echo"],
    ["9998", "ws://localhost:9998/"],
    ["9998?a", "ws://localhost:9998/?a"],
  ];
  for (const [text, url] of cases) {
    it(`reads ${text} as ${url}`, () => {
      assert.equal(readAddress(text).href, url);
    });
  }

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ["", /must be an address/],
    ["/echo", /must be an address/],
    [":port/echo", /must be an address/],
    ["ws://", /must be an address/],
    ["99999/echo", /must be an address/],
    ["ftp://example.com", /its scheme must be ws or wss, not ftp/],
    ["localhost/#part", /no fragment/],
    ["localhost/#", /no fragment/],
  ];
  for (const [text, sentence] of mistakes) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => readAddress(text), sentence);
    });
  }
});
