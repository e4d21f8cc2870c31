import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerBody } from "./answer-body.ts";

test("pieces become one text", () => {
  const body = new AnswerBody();
  const bytes = Buffer.from("no €, no entry");
  for (let at = 0; at < bytes.length; at++)
    assert.equal(body.add(bytes.subarray(at, at + 1)), false);
  assert.equal(body.text, "no €, no entry");
});

test("nothing is an empty text", () => assert.equal(new AnswerBody().text, ""));

test("what is not UTF-8 is still a text", () => {
  const body = new AnswerBody();
  body.add(Buffer.from([0x61, 0xff, 0x62]));
  assert.equal(body.text, "a\ufffdb");
});

for (const pieces of [[16_384], [16_383, 1], [1, 1_000_000], [10_000, 10_000, 10_000]]) {
  test(`${pieces.join(" and ")} bytes are enough, and 16 KiB are kept`, () => {
    const body = new AnswerBody();
    const [last = 0, ...others] = pieces.map((size) => Buffer.alloc(size, "x")).reverse();
    for (const piece of others.reverse()) body.add(piece);
    assert.equal(body.add(last as Buffer), true);
    assert.equal(body.text.length, 16_384);
  });
}

test("a character cut at the limit is left out", () => {
  const body = new AnswerBody();
  assert.equal(body.add(Buffer.from(`${"x".repeat(16_383)}€`)), true);
  assert.equal(body.text, "x".repeat(16_383));
});
