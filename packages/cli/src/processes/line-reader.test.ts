import assert from "node:assert/strict";
import { test } from "node:test";
import { LineReader } from "./line-reader.ts";

function read(pieces: readonly (string | Uint8Array)[], limit = 100): readonly string[] {
  const lines: string[] = [];
  const reader = new LineReader({ limit, onLine: (line) => lines.push(line) });
  for (const piece of pieces) reader.feed(Buffer.from(piece as string)); // a Uint8Array is copied as well
  reader.end();
  return lines;
}

test("lines end at a newline, with or without a carriage return, wherever the pieces are cut", () => {
  const text = "one\ntwo\r\n\nthr\r ee\nlast";
  const expected = ["one", "two", "", "thr\r ee", "last"];
  assert.deepEqual(read([text]), expected);
  assert.deepEqual(read([...text]), expected);
  assert.deepEqual(read(["one\n"]), ["one"]);
  assert.deepEqual(read([]), []);
});

test("characters cut in two come whole, and what is no UTF-8 becomes U+FFFD", () => {
  const bytes = Buffer.from("é€😀\n");
  assert.deepEqual(read([...bytes].map((byte) => Uint8Array.of(byte))), ["é€😀"]);
  assert.deepEqual(read([Uint8Array.of(0x61, 0xff, 0x0a)]), ["a\ufffd"]);
});

test("a line beyond the limit comes in pieces", () => {
  assert.deepEqual(read(["abcdefgh\nij\n"], 3), ["abc", "def", "gh", "ij"]);
  assert.deepEqual(read(["abc\n"], 3), ["abc"]);
});

test("a line beyond the limit is told once where that is wanted, and ends the reading", () => {
  const said: string[] = [];
  const reader = new LineReader({
    limit: 3,
    onLine: (line) => said.push(line),
    onLong: () => said.push("long"),
  });
  for (const piece of ["abc\nab", "cd", "\nmore\n"]) reader.feed(Buffer.from(piece));
  reader.end();
  assert.deepEqual(said, ["abc", "long"]);
});
