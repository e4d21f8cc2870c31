import assert from "node:assert/strict";
import { test } from "node:test";
import { completeInterface, requireArgument, toUsvString } from "./idl.ts";

class Shape {
  get size(): number {
    return 1;
  }
  grow(): void {}
}
Object.defineProperty(Shape.prototype, "CONSTANT", { value: 1 });
completeInterface(Shape.prototype, "Figure");

test("attributes and operations become enumerable, the constructor and constants stay as they are", () => {
  const enumerable = Object.entries(Object.getOwnPropertyDescriptors(Shape.prototype)).map(
    ([name, descriptor]) => `${name} ${descriptor.enumerable}`,
  );
  assert.deepEqual(enumerable.sort(), [
    "CONSTANT false",
    "constructor false",
    "grow true",
    "size true",
  ]);
});

test("the tag names the interface, and is not enumerable", () => {
  assert.equal(String(new Shape()), "[object Figure]");
  assert.equal(
    Object.getOwnPropertyDescriptor(Shape.prototype, Symbol.toStringTag)?.enumerable,
    false,
  );
});

test("a missing argument is a TypeError that names it, and undefined is not missing", () => {
  assert.throws(() => requireArgument(0, "send", "data"), {
    name: "TypeError",
    message: "send needs the argument data",
  });
  requireArgument(1, "send", "data");
});

test("a USVString has no surrogate that stands alone, and a symbol makes none", () => {
  assert.equal(toUsvString("a\ud800\u{1F600}\udc00"), "a\ufffd\u{1F600}\ufffd");
  assert.equal(toUsvString(null), "null");
  assert.throws(() => toUsvString(Symbol("a")), TypeError);
});
