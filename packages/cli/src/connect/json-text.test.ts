import assert from "node:assert/strict";
import { it } from "node:test";
import { indentJson } from "./json-text.ts";

it("lays a long object out, with nothing changed but whitespace", () => {
  const text =
    '{"big":12345678901234567890, "exp":1e400,"a":[1,[],{}],"quote":"a\\"b,{}","a":null,"e":"\\u00e9 é 中文 and more"}';
  assert.equal(
    indentJson(text),
    [
      "{",
      '  "big": 12345678901234567890,',
      '  "exp": 1e400,',
      '  "a": [',
      "    1,",
      "    [],",
      "    {}",
      "  ],",
      '  "quote": "a\\"b,{}",',
      '  "a": null,',
      '  "e": "\\u00e9 é 中文 and more"',
      "}",
    ].join("\n"),
  );
});

it("means the same as before, laid out", () => {
  const value = { list: Array.from({ length: 40 }, (_, at) => ({ at, text: `[${at}] "x"` })) };
  assert.deepEqual(JSON.parse(indentJson(JSON.stringify(value)) ?? ""), value);
});

it("leaves what fits in a line in one, and what is no object or array alone", () => {
  assert.equal(indentJson(' {"a": 1} '), '{"a": 1}');
  for (const text of ["", "12", '"a"', "{a: 1}", "[1,", "hello", `[${"1,".repeat(200_000)}1]`]) {
    assert.equal(indentJson(text), undefined, text.slice(0, 20));
  }
});
