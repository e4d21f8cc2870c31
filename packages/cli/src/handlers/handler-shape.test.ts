import assert from "node:assert/strict";
import { test } from "node:test";
import { checkExports } from "./handler-shape.ts";

const taken: readonly object[] = [
  { message() {} },
  { async conversation() {} },
  { protocols: ["a"], open() {} },
  async () => {},
  () => {},
  Object.create({ message() {} }),
];

for (const value of taken) {
  test(`${typeof value} ${Object.keys(value)} is a handler`, () => {
    assert.deepEqual(checkExports({ default: value }), { handler: value });
  });
}

const refused: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
  [{}, /^no default export \(it exports nothing\); write/],
  [{ message() {} }, /^no default export \(it exports message\)/],
  [{ default: undefined }, /default export is undefined/],
  [{ default: null }, /default export is null/],
  [{ default: 1 }, /is a number/],
  [{ default: "echo" }, /is a string/],
  [{ default: {} }, /is an empty object/],
  [{ default: { onmessage() {} } }, /is an object with onmessage; a handler is an object with/],
  [{ default: class Echo {} }, /is a class/],
  [{ default: Promise.resolve() }, /is a promise/],
  [{ default: [] }, /is an array/],
];

for (const [namespace, fault] of refused) {
  test(`refused: ${fault.source}`, () => {
    const checked = checkExports(namespace);
    assert.ok("fault" in checked);
    assert.match(checked.fault, fault);
  });
}
