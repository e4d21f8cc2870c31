import assert from "node:assert/strict";
import { it } from "node:test";
import { printable, quoted, textOf } from "./log-text.ts";

const cases: readonly (readonly [string, string])[] = [
  ["/room/é?x=1", "/room/é?x=1"],
  ["a\r\nb", "a\\u{d}\\u{a}b"],
  ["\u001b[2J", "\\u{1b}[2J"],
  ["\u009b31m", "\\u{9b}31m"],
  ["\u2028\u2029", "\\u{2028}\\u{2029}"],
  ["\u202egnp.exe", "\\u{202e}gnp.exe"],
  ["\u{e0041}", "\\u{e0041}"],
];
for (const [given, expected] of cases) {
  it(`writes ${JSON.stringify(given)} as ${JSON.stringify(expected)} in a log line`, () => {
    assert.equal(printable(given), expected);
  });
}

it("puts quotation marks around a text that cannot end them", () => {
  assert.equal(quoted('a"\n\u009b'), '"a\\"\\n\\u{9b}"');
});

it("tells everything about an error: its stack and its cause", () => {
  const text = textOf(new Error("outer", { cause: new Error("inner") }));
  assert.match(text, /Error: outer\n +at /);
  assert.match(text, /inner/);
});

it("tells what was thrown when it is no error", () => {
  assert.equal(textOf("text"), "'text'");
  assert.equal(textOf(Object.create(null)), "[Object: null prototype] {}");
});
