import assert from "node:assert/strict";
import { it } from "node:test";
import { escapeControls } from "./control-characters.ts";

it("writes control characters out, and leaves tabs, line ends and letters alone", () => {
  assert.equal(escapeControls("a\tb\nc é 中 \u{1f600}"), "a\tb\nc é 中 \u{1f600}");
  assert.equal(escapeControls("\x1b[2J\r\x07\x9b"), "\\x1b[2J\\x0d\\x07\\x9b");
});

it("writes out what turns the direction of letters", () => {
  assert.equal(escapeControls("a\u202eb\u2066"), "a\\u202eb\\u2066");
});
