import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSize, formatTime, layOutJson } from "../src/format.ts";

test("a size is exact below 1 KiB and short above", () => {
  const cases = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [65_536, "64 KiB"],
    [1_048_575, "1023 KiB"],
    [1_572_864, "1.5 MiB"],
  ] as const;
  for (const [bytes, shown] of cases) assert.equal(formatSize(bytes), shown);
});

test("a time has milliseconds, because messages come close together", () => {
  assert.equal(formatTime(new Date(2024, 0, 2, 3, 4, 5, 6)), "03:04:05.006");
});

test("JSON is laid out without changing what it says", () => {
  const text = '{"id":12345678901234567890,"id":1.0,"s":"a,{\\"b\\"}: ","list":[1,[],{}],"n":null}';
  assert.equal(
    layOutJson(text),
    [
      "{",
      '  "id": 12345678901234567890,',
      '  "id": 1.0,',
      '  "s": "a,{\\"b\\"}: ",',
      '  "list": [',
      "    1,",
      "    [],",
      "    {}",
      "  ],",
      '  "n": null',
      "}",
    ].join("\n"),
  );
});

test("what is no JSON object or array is left alone", () => {
  for (const text of ["", "hello", "12", '"a"', "{", "[1,]"]) {
    assert.equal(layOutJson(text), undefined, text);
  }
});

test("nesting does not multiply a message's size without bound", () => {
  const text = "[".repeat(5000) + "]".repeat(5000);
  assert.ok((layOutJson(text)?.length ?? 0) < 10_000 * 80);
});
