import assert from "node:assert/strict";
import { it } from "node:test";
import { longestWord, type Run, widthOf, wrap } from "./words.ts";

const plain = (text: string): Run => ({ text, style: (shown) => shown });
const loud = (text: string): Run => ({ text, style: (shown) => `*${shown}*` });
const lines = (runs: readonly Run[], width: number) => wrap(runs, width).map(({ text }) => text);

it("fills lines with words, and leaves a long one whole", () => {
  assert.deepEqual(lines([plain("one two  three\tfour")], 8), ["one two", "three", "four"]);
  assert.deepEqual(lines([plain("a incomprehensible b")], 5), ["a", "incomprehensible", "b"]);
  assert.deepEqual(lines([plain("")], 5), [""]);
});

it("keeps a word together that has several styles, and does not count what a style adds", () => {
  assert.deepEqual(lines([plain("see ("), loud("this one"), plain("), then")], 10), [
    "see (*this*",
    "*one*), then",
  ]);
});

it("begins a line where one is asked for", () => {
  assert.deepEqual(lines([plain("a\nb c")], 10), ["a", "b c"]);
});

it("breaks Chinese between characters, which take two columns", () => {
  assert.deepEqual(lines([plain("浏览器的 WebSocket 类")], 10), ["浏览器的", "WebSocket", "类"]);
  assert.equal(widthOf("a中"), 3);
  assert.equal(longestWord([plain("中文 abc")]), 3);
});
