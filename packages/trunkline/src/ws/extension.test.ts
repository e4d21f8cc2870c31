import assert from "node:assert/strict";
import { test } from "node:test";
import { extension } from "./extension.ts";

test("parse and format are each other's reverse", () => {
  for (const header of ["foo", "foo, bar; a", "foo; a=1; a=2, foo; b", "x; y=z, w"]) {
    assert.equal(extension.format(extension.parse(header)), header);
  }
});

test("names of the peer's find no prototype", () => {
  const offers = extension.parse("__proto__; constructor=1, toString");
  assert.deepEqual(Object.keys(offers), ["__proto__", "toString"]);
  const [[first = {}] = []] = Object.values(offers);
  assert.deepEqual(Object.keys(first), ["constructor"]);
});

test("what is no list of extensions is a SyntaxError", () => {
  for (const header of ["", ";", "a b", "a; b=", 'a; b="']) {
    assert.throws(() => extension.parse(header), SyntaxError);
  }
});
