import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Extension,
  equalsIgnoringCase,
  formatExtensions,
  HeaderReader,
  isHeaderValue,
  isToken,
  parseExtensions,
  parseTokenList,
  parseUpgrade,
} from "./headers.ts";

fc.configureGlobal({ seed: 6455 });

const tokenCharacters =
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const token = fc
  .array(fc.constantFrom(...tokenCharacters), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""));
const whitespace = fc.constantFrom("", " ", "\t", " \t ");

test("a token has the characters of RFC 9110 and no other", () => {
  for (let code = 0; code < 0x300; code++) {
    const character = String.fromCharCode(code);
    assert.equal(isToken(character), tokenCharacters.includes(character), `U+${code.toString(16)}`);
    assert.equal(isToken(`a${character}b`), tokenCharacters.includes(character));
  }
  assert.equal(isToken(""), false);
});

test("a header's value has no control character but the tab, and only characters of one byte", () => {
  const bad = ["\r", "\n", "\0", "a\r\nb: c", "a\r\n b", "\x01", "\x1f", "\x7f", "\u0100", "…"];
  for (const text of bad) assert.equal(isHeaderValue(text), false, JSON.stringify(text));
  const good = ["", " ", "a\tb", "~", "\x80", "\xff", 'a "quoted" value; q=1, other'];
  for (const text of good) assert.equal(isHeaderValue(text), true, JSON.stringify(text));
});

test("names compare without regard to ASCII case, and to no other", () => {
  assert.equal(equalsIgnoringCase("WebSocket", "websocket"), true);
  assert.equal(equalsIgnoringCase("websocket", "websocket"), true);
  assert.equal(equalsIgnoringCase("websockets", "websocket"), false);
  assert.equal(equalsIgnoringCase("websoc\u212aet", "websocket"), false);
  assert.equal(equalsIgnoringCase("@", "`"), false);
  assert.equal(equalsIgnoringCase("[", "{"), false);
});

const tokenLists: ReadonlyArray<readonly [value: string, expected: readonly string[] | undefined]> =
  [
    ["chat", ["chat"]],
    ["chat, superchat", ["chat", "superchat"]],
    ["chat,superchat", ["chat", "superchat"]],
    [" \tchat \t,\t superchat ", ["chat", "superchat"]],
    ["keep-alive, Upgrade", ["keep-alive", "Upgrade"]],
    [",chat", ["chat"]],
    ["chat,", ["chat"]],
    ["chat, , ,\t,superchat", ["chat", "superchat"]],
    ["__proto__, constructor", ["__proto__", "constructor"]],
    ["chat, chat", ["chat", "chat"]],
    ["", undefined],
    [" ", undefined],
    [",", undefined],
    [", ,", undefined],
    ["chat superchat", undefined],
    ["chat; q=1", undefined],
    ["chat/1", undefined],
    ['"chat"', undefined],
    ["chat,\r\n superchat", undefined],
    ["chat\0", undefined],
    ["ch\u00e4t", undefined],
    ["chat,\u00a0superchat", undefined],
  ];

for (const [value, expected] of tokenLists) {
  test(`the token list ${JSON.stringify(value)} is ${JSON.stringify(expected) ?? "malformed"}`, () => {
    assert.deepEqual(parseTokenList(value), expected);
  });
}

test("any list of tokens, however spaced, reads back", () => {
  fc.assert(
    fc.property(
      fc.array(token, { minLength: 1 }),
      whitespace,
      whitespace,
      (tokens, before, after) => {
        assert.deepEqual(parseTokenList(tokens.join(`${before},${after}`)), tokens);
      },
    ),
  );
});

test("the Upgrade header takes names with versions", () => {
  assert.deepEqual(parseUpgrade("websocket"), ["websocket"]);
  assert.deepEqual(parseUpgrade("h2c/2.0, websocket"), ["h2c/2.0", "websocket"]);
  for (const value of ["", "websocket/", "/13", "websocket /13", "a/b/c"]) {
    assert.equal(parseUpgrade(value), undefined, value);
  }
});

const extension = (
  name: string,
  ...parameters: Array<readonly [string, string | true]>
): Extension => ({
  name,
  parameters,
});

const extensionLists: ReadonlyArray<
  readonly [value: string, expected: readonly Extension[] | undefined]
> = [
  ["foo", [extension("foo")]],
  ["foo, bar; baz=2", [extension("foo"), extension("bar", ["baz", "2"])]],
  ['foo; a="b"', [extension("foo", ["a", "b"])]],
  ['foo; a="\\b\\c"', [extension("foo", ["a", "bc"])]],
  ['foo; a="b\\c"', [extension("foo", ["a", "bc"])]],
  ["foo;a;b;a", [extension("foo", ["a", true], ["b", true], ["a", true])]],
  ["foo ; a = b ; c , bar", [extension("foo", ["a", "b"], ["c", true]), extension("bar")]],
  ['foo; a = "b" , bar', [extension("foo", ["a", "b"]), extension("bar")]],
  [
    "permessage-deflate; client_max_window_bits",
    [extension("permessage-deflate", ["client_max_window_bits", true])],
  ],
  [
    "permessage-deflate; server_max_window_bits=10, permessage-deflate",
    [
      extension("permessage-deflate", ["server_max_window_bits", "10"]),
      extension("permessage-deflate"),
    ],
  ],
  ["__proto__; constructor=toString", [extension("__proto__", ["constructor", "toString"])]],
  [", foo,, bar ,", [extension("foo"), extension("bar")]],
  ["", undefined],
  [",", undefined],
  [";", undefined],
  ["foo;", undefined],
  ["foo;;a", undefined],
  ["foo; ;a", undefined],
  ["foo; =b", undefined],
  ["foo; a=", undefined],
  ["foo; a=,bar", undefined],
  ["foo=1", undefined],
  ["foo bar", undefined],
  ["foo; a b", undefined],
  ["foo; a=b c", undefined],
  ['foo; a="', undefined],
  ['foo; a="b', undefined],
  ['foo; a="b\\', undefined],
  ['foo; a="b\\"', undefined],
  ['foo; a=""', undefined],
  ['foo; a="b c"', undefined],
  ['foo; a="b,c"', undefined],
  ['foo; a="\\""', undefined],
  ['foo; a="b"c', undefined],
  ['foo; a=b"c"', undefined],
  ['foo; "a"=b', undefined],
  ['"foo"', undefined],
  ["foo; a=b=c", undefined],
  ["foo;\r\n a=b", undefined],
  ['foo; a="b\r\n c"', undefined],
  ['foo; a="\\\r"', undefined],
  ["foo; a=\u00e9", undefined],
  ['foo; a="\u00e9"', undefined],
  ["foo; a=\u0000", undefined],
];

for (const [value, expected] of extensionLists) {
  const outcome = expected === undefined ? "malformed" : formatExtensions(expected);
  test(`the extensions ${JSON.stringify(value)} are ${JSON.stringify(outcome)}`, () => {
    assert.deepEqual(parseExtensions(value), expected);
  });
}

const extensions: fc.Arbitrary<readonly Extension[]> = fc.array(
  fc
    .tuple(token, fc.array(fc.tuple(token, fc.oneof(token, fc.constant(true as const)))))
    .map(([name, parameters]) => extension(name, ...parameters)),
  { minLength: 1, maxLength: 6 },
);

test("what is formatted reads back", () => {
  fc.assert(
    fc.property(extensions, (list) => {
      assert.deepEqual(parseExtensions(formatExtensions(list)), list);
    }),
  );
});

test("a value that is quoted, with any of its characters escaped, reads as the one that is not", () => {
  fc.assert(
    fc.property(token, fc.array(fc.boolean()), (value, escapes) => {
      const quoted = [...value].map((character, at) =>
        escapes[at] ? `\\${character}` : character,
      );
      assert.deepEqual(parseExtensions(`x; a="${quoted.join("")}"`), [
        extension("x", ["a", value]),
      ]);
    }),
  );
});

test("no text makes a reader throw, and what it takes it also writes", () => {
  const pieces = fc.array(
    fc.constantFrom("a", ",", ";", "=", '"', "\\", " ", "\t", "\r", "\u00e9", "/"),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((list) => list.join("")),
        fc.string(),
      ),
      (value) => {
        parseTokenList(value);
        parseUpgrade(value);
        const list = parseExtensions(value);
        if (list !== undefined) assert.deepEqual(parseExtensions(formatExtensions(list)), list);
      },
    ),
    { numRuns: 1000 },
  );
});

test("only tokens can be formatted", () => {
  const bad: readonly Extension[] = [
    extension(""),
    extension("foo bar"),
    extension("foo", ["a\r\nX: y", true]),
    extension("foo", ["a", ""]),
    extension("foo", ["a", "b,c"]),
  ];
  for (const one of bad) assert.throws(() => formatExtensions([one]), /it is not a token/);
});

/** The characters that a reader looks at, counted on a text that counts. */
function countLooks(text: string, read: (text: string) => unknown): number {
  let looks = 0;
  const original = String.prototype.charCodeAt;
  String.prototype.charCodeAt = function (this: string, at: number): number {
    looks++;
    return original.call(this, at);
  };
  try {
    read(text);
  } finally {
    String.prototype.charCodeAt = original;
  }
  return looks;
}

const hostile: ReadonlyArray<readonly [what: string, make: (count: number) => string]> = [
  ["commas", (count) => ",".repeat(count)],
  ["spaces", (count) => `a${" ".repeat(count)}b`],
  ["empty elements", (count) => " ,\t".repeat(count)],
  ["a token and no end", (count) => "a".repeat(count)],
  ["elements", (count) => "a,".repeat(count)],
  ["parameters", (count) => `a${";b=c".repeat(count)}`],
  ["semicolons", (count) => `a${";".repeat(count)}`],
  ["an unclosed quoted string", (count) => `a;b="${"c".repeat(count)}`],
  ["an unclosed quoted string of backslashes", (count) => `a;b="${"\\".repeat(count * 2)}`],
  ["unclosed quotes one after another", (count) => 'a;b="'.repeat(count)],
];

for (const [what, make] of hostile) {
  for (const read of [parseTokenList, parseUpgrade, parseExtensions]) {
    test(`${read.name} looks at ${what} in proportion to their number`, () => {
      const text = make(10_000);
      const looks = countLooks(text, read);
      assert.ok(looks <= 16 * text.length, `${looks} looks at ${text.length} characters`);
    });
  }
}

test("a quoted string gives its content unescaped", () => {
  const cases: ReadonlyArray<readonly [string, string | undefined]> = [
    ['""', ""],
    ['"a b;c,d=e"', "a b;c,d=e"],
    ['"\\"\\\\"', '"\\'],
    ['"\u00e9\t"', "\u00e9\t"],
    ["a", undefined],
    ['"', undefined],
    ['"\\', undefined],
    ['"a\n"', undefined],
    ['"\u0100"', undefined],
  ];
  for (const [text, expected] of cases) {
    assert.equal(new HeaderReader(text).readQuotedString(), expected, text);
  }
});
