import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT_DEFLATE } from "../connection/deflate/options.ts";
import { withLocation } from "./location.test.util.ts";
import { readSettings } from "./options.ts";

const protocols: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["undefined is no protocol", undefined, []],
  ["a string is one protocol", "chat", ["chat"]],
  ["an array is a sequence", ["a", "b"], ["a", "b"]],
  ["a Set is a sequence", new Set(["a", "b"]), ["a", "b"]],
  [
    "a generator is a sequence",
    (function* () {
      yield "a";
    })(),
    ["a"],
  ],
  ["a String object is a sequence of its characters", new String("ab"), ["a", "b"]],
  ["null is the string of that name", null, ["null"]],
  ["a number is a string", 7, ["7"]],
  ["the elements of a sequence become strings", [1, null], ["1", "null"]],
  ["the bag has a string", { protocols: "chat" }, ["chat"]],
  ["the bag has a sequence", { protocols: ["a", "b"] }, ["a", "b"]],
  ["an empty bag has none", {}, []],
  ["a bag without a prototype is a bag", Object.create(null), []],
];

for (const [name, argument, expected] of protocols) {
  test(name, () => assert.deepEqual(readSettings(argument).protocols, expected));
}

test("the defaults are those of the docs", () => {
  assert.deepEqual(readSettings(undefined), {
    protocols: [],
    headers: [],
    tls: {},
    handshakeTimeout: 10_000,
    heartbeat: 25_000,
    maxMessageSize: 16_777_216,
    perMessageDeflate: CLIENT_DEFLATE,
    serializeHandshakes: true,
    signal: undefined,
  });
});

const headers: readonly (readonly [string, unknown])[] = [
  ["an object", { "X-One": "1", Cookie: ["a=1", "b=2"] }],
  [
    "pairs",
    [
      ["X-One", "1"],
      ["Cookie", "a=1"],
      ["Cookie", "b=2"],
    ],
  ],
  [
    "a Map",
    new Map<string, unknown>([
      ["X-One", "1"],
      ["Cookie", ["a=1", "b=2"]],
    ]),
  ],
];

for (const [name, given] of headers) {
  test(`headers may be ${name}`, () => {
    assert.deepEqual(readSettings({ headers: given }).headers, [
      ["X-One", "1"],
      ["Cookie", "a=1"],
      ["Cookie", "b=2"],
    ]);
  });
}

test("headers may be a Headers", () => {
  const given = new Headers({ Authorization: "Bearer x" });
  assert.deepEqual(readSettings({ headers: given }).headers, [["authorization", "Bearer x"]]);
});

const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
  ["an unknown option", { protocol: "chat" }, /no option "protocol"; it has protocols, headers/],
  [
    "a compression that is a word",
    { perMessageDeflate: "on" },
    /^WebSocket's option perMessageDeflate must be true, false or an object of options$/,
  ],
  [
    "a window that is none",
    { perMessageDeflate: { clientMaxWindowBits: 16 } },
    /option perMessageDeflate: "clientMaxWindowBits" must be a whole number from 8 to 15$/,
  ],
  ["a timeout that is text", { handshakeTimeout: "1" }, /handshakeTimeout must be a number/],
  ["a negative heartbeat", { heartbeat: -1 }, /heartbeat must be a number/],
  ["a heartbeat no timer can keep", { heartbeat: 2 ** 31 }, /heartbeat must be a number/],
  ["a size that is no number", { maxMessageSize: Number.NaN }, /maxMessageSize must be a number/],
  ["tls that is no object", { tls: true }, /tls must be an object/],
  ["a switch that is a word", { serializeHandshakes: "no" }, /serializeHandshakes must be true/],
  ["a signal that is none", { signal: {} }, /signal must be an AbortSignal/],
  ["headers that are text", { headers: "Cookie: a=1" }, /headers must be an object/],
  ["a header's name with a space", { headers: { "a b": "1" } }, /a b/],
  ["a header's value with a line end", { headers: { a: "1\r\nb: 2" } }, /Invalid character/],
  ["a header without a value", { headers: { a: undefined } }, /Invalid value/],
];

for (const [name, argument, message] of mistakes) {
  test(`${name} is a TypeError that names it`, () => {
    assert.throws(
      () => readSettings(argument),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

for (const name of [
  "Connection",
  "UPGRADE",
  "Sec-WebSocket-Key",
  "sec-websocket-protocol",
  "Content-Length",
]) {
  test(`the header ${name} cannot be set, as the handshake writes it`, () => {
    assert.throws(
      () => readSettings({ headers: { [name]: "x" } }),
      /belongs to the opening handshake/,
    );
  });
}

test("Host and Origin may be set", () => {
  const given = { Host: "example.com", Origin: "https://example.com" };
  assert.deepEqual(readSettings({ headers: given }).headers, Object.entries(given));
});

for (const [href, origin] of [
  ["http://localhost:3000/app/", "http://localhost:3000"],
  ["https://user@example.com:443/", "https://example.com"],
  ["about:blank", "null"],
] as const) {
  test(`a program at ${href} sends Origin: ${origin}`, () => {
    const { headers } = withLocation({ href }, () => readSettings({ headers: { "X-One": "1" } }));
    assert.deepEqual(headers, [
      ["Origin", origin],
      ["X-One", "1"],
    ]);
  });
}

test("an Origin given by the program is sent as it is, wherever it stands", () => {
  const given = { origin: "https://example.com" };
  const { headers } = withLocation({ href: "http://localhost/" }, () =>
    readSettings({ headers: given }),
  );
  assert.deepEqual(headers, Object.entries(given));
});
