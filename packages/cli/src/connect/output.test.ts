import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPlainOutput, createScreenOutput, type ScreenOutputOptions } from "./output.ts";

function plain(writesBytes: boolean) {
  const out: (string | Uint8Array)[] = [];
  const err: string[] = [];
  const output = createPlainOutput({
    write: (data) => out.push(data),
    complain: (line) => err.push(line),
    writesBytes,
  });
  return { out, err, output };
}

function screen(options: Partial<ScreenOutputOptions> = {}) {
  const out: string[] = [];
  const output = createScreenOutput({
    print: (text) => out.push(text),
    hasColour: false,
    isConversation: true,
    json: true,
    ...options,
  });
  return { out, output };
}

const LONG = `{"a":"${"x".repeat(90)}"}`;

describe("the output to a pipe", () => {
  it("has each text as it came, with a line end, and no notes", () => {
    const { out, err, output } = plain(false);
    for (const text of ["hello", "\x1b[2J", LONG, ""]) output.message(text);
    output.note("Connected");
    assert.deepEqual(out, ["hello\n", "\x1b[2J\n", `${LONG}\n`, "\n"]);
    assert.deepEqual(err, []);
  });

  it("has binary messages as a hex dump, or as bytes", () => {
    const dumped = plain(false);
    dumped.output.message(new Uint8Array([1, 2]));
    assert.match(String(dumped.out[0]), /^00000000 {2}01 02 .*\|\.\.\|\n$/);
    const raw = plain(true);
    raw.output.message(new Uint8Array([1, 2]));
    assert.deepEqual(raw.out, [new Uint8Array([1, 2])]);
  });

  it("has problems on standard error, without a peer's control characters", () => {
    const { out, err, output } = plain(false);
    output.problem("closed: \x1b[31m");
    assert.deepEqual([out, err], [[], ["closed: \\x1b[31m"]]);
  });
});

describe("the output to a terminal", () => {
  it("shows messages with their direction, and no line of theirs as one of ours", () => {
    const { out, output } = screen();
    output.message("one\n> two\x1b[2J");
    assert.deepEqual(out, ["< one\n  > two\\x1b[2J"]);
  });

  it("lays JSON out, unless that is not wished", () => {
    const { out, output } = screen();
    output.message(LONG);
    assert.match(out[0] ?? "", /^< \{\n {4}"a": "x+"\n {2}\}$/);
    const asItCame = screen({ json: false });
    asItCame.output.message(LONG);
    assert.deepEqual(asItCame.out, [`< ${LONG}`]);
  });

  it("shows the beginning of a binary message", () => {
    const { out, output } = screen();
    output.message(new Uint8Array(5000));
    const lines = (out[0] ?? "").split("\n");
    assert.deepEqual([lines[0], lines.at(-1)], ["< binary, 5000 bytes", "  and 904 bytes more"]);
    output.message(new Uint8Array(0));
    assert.equal(out[1], "< binary, 0 bytes");
  });

  it("colours by direction where colours are wished", () => {
    const { out, output } = screen({ hasColour: true });
    output.message("a");
    output.note("b");
    output.problem("c");
    assert.deepEqual(out, ["\x1b[36m< a\x1b[39m", "\x1b[90mb\x1b[39m", "\x1b[31mc\x1b[39m"]);
  });

  it("shows a script's messages alone", () => {
    const { out, output } = screen({ hasColour: true, isConversation: false });
    output.message("a\nb\x07");
    output.note("c");
    assert.deepEqual(out, ["a\nb\\x07"]);
  });
});
