import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConnectSettings, parseConnectOptions } from "./options.ts";

function parse(...args: readonly string[]): ConnectSettings {
  const settings = parseConnectOptions(args);
  assert.ok(!("help" in settings));
  return settings;
}

describe("the options of connect", () => {
  it("need an address only", () => {
    const { url, ...rest } = parse(":9998/echo");
    assert.equal(url.href, "ws://localhost:9998/echo");
    assert.deepEqual(rest, {
      headers: [],
      protocols: [],
      compression: true,
      maxMessageSize: undefined,
      timeout: 10_000,
      insecure: false,
      ca: undefined,
      execute: undefined,
      wait: undefined,
      binary: false,
      json: true,
    });
  });

  it("make headers of headers, origin and cookies", () => {
    const headers = ["-H", "X-One: 1:2", "--header", "Authorization:Bearer x"];
    const cookies = ["--cookie", "a=1", "--cookie", "b=2", "-o", "https://example.com"];
    assert.deepEqual(parse("9998", ...headers, ...cookies).headers, [
      ["X-One", "1:2"],
      ["Authorization", "Bearer x"],
      ["Origin", "https://example.com"],
      ["Cookie", "a=1; b=2"],
    ]);
  });

  it("collect what may be repeated", () => {
    const { protocols, execute } = parse("9998", "-s", "a, b", "-s", "c", "-x", "1,2", "-x", "3");
    assert.deepEqual(
      [protocols, execute],
      [
        ["a", "b", "c"],
        ["1,2", "3"],
      ],
    );
  });

  it("take seconds", () => {
    const { wait, timeout } = parse("9998", "-w", "0.5", "--timeout", "2");
    assert.deepEqual([wait, timeout], [500, 2000]);
    assert.equal(parse("9998", "--wait", "forever").wait, Number.POSITIVE_INFINITY);
  });

  it("show their help", () => {
    const settings = parseConnectOptions(["--help"]);
    assert.match("help" in settings ? settings.help : "", /Exit codes: 0 closed cleanly/);
  });

  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no address", [], /^"trunkline connect" needs its <url> behind it: .*localhost:9998\/echo/],
    ["another scheme", ["htp://x"], /^<url> cannot be "htp:\/\/x": its scheme must be ws or wss/],
    ["a path alone", ["/echo"], /must be an address such as/],
    ["two addresses", ["9998", "9999"], /^"9999" is a word too many/],
    ["a header without a name", ["9998", "-H", ": x"], /must be "Name: value"/],
    ["no subprotocol", ["9998", "-s", ""], /^-s, --protocol cannot be "": it is empty\.$/],
    ["a cookie without a name", ["9998", "--cookie", "=a"], /must be "name=value"/],
    ["a cookie without a value", ["9998", "--cookie", "a"], /must be "name=value"/],
    ["a wait that is no time", ["9998", "-w", "soon"], /must be a number of seconds/],
    ["a size that is none", ["9998", "--max-message-size", "0"], /whole number, 1 or more/],
    ["an unknown option", ["9998", "--excute", "a"], /Did you mean --execute\?/],
  ];
  for (const [what, args, sentence] of mistakes) {
    it(`take ${what} for a mistake`, () => {
      assert.throws(() => parseConnectOptions(args), { exitCode: 2, message: sentence });
    });
  }
});
