import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits, parseClause } from "./source-edits.ts";

test("edits replace their spans in any order", () => {
  const edits = [
    { start: 4, end: 5, text: "XX" },
    { start: 0, end: 1, text: "" },
  ];
  assert.equal(applyEdits("a b c d", edits), " b XX d");
});

test("lines keep their numbers", () => {
  const edited = applyEdits("{\n a,\n b\n}\nlast", [{ start: 0, end: 10, text: "x" }]);
  assert.equal(edited, "x\n\n\n\nlast");
});

test("a clause is read with its comments, renames and quoted names", () => {
  assert.deepEqual(parseClause(' a, b as c, /* d, */ "e f" as g, // h\n default as i, '), [
    { from: "a", to: "a" },
    { from: "b", to: "c" },
    { from: "e f", to: "g" },
    { from: "default", to: "i" },
  ]);
  assert.deepEqual(parseClause(" "), []);
});
