import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT_DEFLATE, readDeflate, SERVER_DEFLATE } from "./options.ts";

const read = (value: unknown): unknown => readDeflate(value, '"it"', SERVER_DEFLATE);

test("compression that is not mentioned, or wished without more, has the defaults", () => {
  assert.equal(read(undefined), SERVER_DEFLATE);
  assert.equal(read(true), SERVER_DEFLATE);
  assert.deepEqual(read({}), SERVER_DEFLATE);
});

test("false switches compression off", () => assert.equal(read(false), undefined));

test("fields that are given stand in for the defaults, and only those", () => {
  const given = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 8,
    clientMaxWindowBits: 9,
    threshold: 0,
    level: 0,
  };
  const { memoryLevel } = SERVER_DEFLATE;
  assert.deepEqual(read({ ...given, memLevel: undefined }), { ...given, memoryLevel });
  assert.deepEqual(read({ memLevel: 1 }), { ...SERVER_DEFLATE, memoryLevel: 1 });
});

test("a server by default keeps nothing between messages, and a client leaves that to the server", () => {
  assert.deepEqual(
    [SERVER_DEFLATE.serverNoContextTakeover, SERVER_DEFLATE.clientNoContextTakeover],
    [true, true],
  );
  assert.deepEqual(
    [CLIENT_DEFLATE.serverNoContextTakeover, CLIENT_DEFLATE.clientNoContextTakeover],
    [false, false],
  );
});

const wrong: readonly (readonly [unknown, RegExp])[] = [
  ["yes", /^"it" must be true, false or an object of options$/],
  [null, /^"it" must be true, false or an object/],
  [[], /^"it" must be true, false or an object/],
  [
    { windowBits: 9 },
    /^"it" has no field "windowBits"; it has serverNoContextTakeover, .*memLevel$/,
  ],
  [{ toString: 1 }, /^"it" has no field "toString"/],
  [{ serverNoContextTakeover: 1 }, /^"it": "serverNoContextTakeover" must be true or false$/],
  [{ clientNoContextTakeover: "no" }, /^"it": "clientNoContextTakeover" must be true or false$/],
  [{ serverMaxWindowBits: 7 }, /^"it": "serverMaxWindowBits" must be a whole number from 8 to 15$/],
  [
    { clientMaxWindowBits: 16 },
    /^"it": "clientMaxWindowBits" must be a whole number from 8 to 15$/,
  ],
  [{ clientMaxWindowBits: true }, /^"it": "clientMaxWindowBits" must be/],
  [{ threshold: -1 }, /^"it": "threshold" must be a whole number from 0 to/],
  [{ threshold: Number.NaN }, /^"it": "threshold" must be/],
  [{ level: 10 }, /^"it": "level" must be a whole number from 0 to 9$/],
  [{ level: 1.5 }, /^"it": "level" must be/],
  [{ memLevel: 0 }, /^"it": "memLevel" must be a whole number from 1 to 9$/],
];
for (const [value, message] of wrong) {
  test(`${JSON.stringify(value)} is refused, and the wrong field named`, () => {
    assert.throws(() => read(value), { name: "TypeError", message });
  });
}
