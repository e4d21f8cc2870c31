import assert from "node:assert/strict";
import { test } from "node:test";
import { subprotocol } from "./subprotocol.ts";

test("names come in their order", () => {
  assert.deepEqual([...subprotocol.parse("b, a,c")], ["b", "a", "c"]);
});

test("what is no list, or names one twice, is a SyntaxError", () => {
  for (const header of ["", "a b", "a;b", "a,a"]) {
    assert.throws(() => subprotocol.parse(header), SyntaxError);
  }
});
