import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LINE_COMMANDS, type Line, parseLine } from "./line.ts";

describe("a line", () => {
  const cases: readonly (readonly [string, Line])[] = [
    ["hello", { type: "text", text: "hello" }],
    [" /ping", { type: "text", text: " /ping" }],
    ["//ping", { type: "text", text: "/ping" }],
    ["///", { type: "text", text: "//" }],
    ["/ping", { type: "ping", data: "" }],
    ["/ping are you there", { type: "ping", data: "are you there" }],
    ["/close", { type: "close", code: 1000, reason: "" }],
    ["/close 1001", { type: "close", code: 1001, reason: "" }],
    ["/close 4001 that  is all", { type: "close", code: 4001, reason: "that  is all" }],
    ["/send a file.txt", { type: "send", path: "a file.txt" }],
    ["/reconnect", { type: "reconnect" }],
    ["/help", { type: "help" }],
    ["/quit", { type: "quit" }],
  ];
  for (const [line, expected] of cases) {
    it(`${JSON.stringify(line)} asks for ${expected.type}`, () => {
      assert.deepEqual(parseLine(line), expected);
    });
  }

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ["/pnig", /no command \/pnig; did you mean \/ping\? A line that begins with \/\//],
    ["/x", /no command \/x; \/help lists them\. A line/],
    ["/", /no command \/; \/help lists them\. A line/],
    ["/close soon", /a code comes first/],
    ["/send", /which file/],
  ];
  for (const [line, sentence] of mistakes) {
    it(`${line} is a mistake`, () => {
      const parsed = parseLine(line);
      assert.equal(parsed.type, "mistake");
      assert.match(parsed.type === "mistake" ? parsed.sentence : "", sentence);
    });
  }

  it("has each command of the list", () => {
    for (const word of Object.keys(LINE_COMMANDS)) {
      assert.notEqual(parseLine(`${word} 1000`).type, "mistake", word);
    }
  });
});
