import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

const known = ["--port", "-p", "--host", "--handlers", "--certificate", "--document-root", "-d"];

const words: readonly (readonly [string, string | undefined])[] = [
  ["--prot", "--port"],
  ["--handler", "--handlers"],
  ["--cert", "--certificate"],
  ["--documentroot", "--document-root"],
  ["--completely-different-thing", undefined],
  ["-x", undefined],
  ["--q", undefined],
];

for (const [word, expected] of words) {
  test(`${word} is ${expected ? `near ${expected}` : "near nothing"}`, () => {
    assert.equal(nearest(word, known), expected);
  });
}
