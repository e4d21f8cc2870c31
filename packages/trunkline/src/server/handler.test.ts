import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileHandler, defineHandler, describe as describeValue } from "./handler.ts";

const hook = (): void => {};

describe("a handler", () => {
  for (const name of [
    "upgrade",
    "open",
    "message",
    "drain",
    "dropped",
    "closing",
    "close",
    "conversation",
  ]) {
    it(`may have ${name} alone`, () => {
      const handler = { [name]: hook };
      assert.equal(compileHandler(handler), handler);
    });
  }

  it("may be a bare function, which is its conversation", () => {
    assert.deepEqual(compileHandler(hook), { conversation: hook });
  });

  it("may be an object of a class, with its hooks on the prototype", () => {
    class Echo {
      message(): void {}
    }
    const echo = new Echo();
    assert.equal(compileHandler(echo), echo);
  });

  it("may have values besides its hooks, and hooks that are undefined", () => {
    const handler = {
      open: hook,
      close: undefined,
      protocols: ["a", "b.v1"],
      origins: ["https://example.com"],
      maxMessageSize: 1,
    };
    assert.equal(compileHandler(handler), handler);
  });
});

describe("a mistake in a handler", () => {
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ["nothing", undefined, /^a handler is an object or an async function, not undefined$/],
    ["null", null, /not null$/],
    ["a string", "echo", /not "echo"$/],
    ["a class", class Echo {}, /not a class: give an instance$/],
    ["an empty object", {}, /^a handler needs at least one of upgrade, open, message/],
    ["values alone", { protocols: ["a"] }, /^a handler needs at least one of/],
    [
      "a hook that is none",
      { onMessage: hook },
      /^a handler has no "onMessage"; it may have upgrade/,
    ],
    [
      "a hook that is no function",
      { message: "hi" },
      /^the handler's "message" must be a function, not "hi"$/,
    ],
    ["a hook that is null", { open: null, message: hook }, /"open" must be a function, not null$/],
    ["both forms", { message: hook, conversation: hook }, /"message" or "conversation", not both$/],
    ["a protocol alone", { open: hook, protocols: "chat" }, /"protocols" must be a list/],
    [
      "a protocol that is no name",
      { open: hook, protocols: ["a b"] },
      /"protocols" must be a list/,
    ],
    ["an empty protocol", { open: hook, protocols: [""] }, /"protocols" must be a list/],
    ["no size", { open: hook, maxMessageSize: 0 }, /"maxMessageSize" must be a number of bytes$/],
    [
      "a size in words",
      { open: hook, maxMessageSize: "1 MB" },
      /"maxMessageSize" must be a number/,
    ],
    ["a size that is none", { open: hook, maxMessageSize: Number.NaN }, /"maxMessageSize" must be/],
  ];
  for (const [what, given, message] of cases) {
    it(`is said in a sentence: ${what}`, () => {
      assert.throws(() => compileHandler(given), { name: "TypeError", message });
    });
  }
});

it("defineHandler returns what it was given", () => {
  const handler = { open: hook };
  assert.equal(defineHandler(handler), handler);
});

it("a value's kind is named for messages", () => {
  const kinds = [null, [1], "a\n", undefined, 5, true, {}, hook, Symbol("a"), 1n].map(
    describeValue,
  );
  assert.deepEqual(kinds, [
    "null",
    "an array",
    '"a\\n"',
    "undefined",
    "5",
    "true",
    "an object",
    "a function",
    "a symbol",
    "a bigint",
  ]);
});
