import assert from "node:assert/strict";
import { it } from "node:test";
import type { Command } from "commander";
import { newCommand, parseLine, readCount, readPort, readSeconds } from "./command-line.ts";

function makeCommand(): Command {
  return newCommand("dance")
    .argument("<partner>", "who")
    .option("-s, --steps <number>", "how many", readCount);
}

it("parses a line, and gives the help when it is asked for", () => {
  const command = makeCommand();
  assert.equal(parseLine(command, ["you", "-s", "3"]), undefined);
  assert.deepEqual([command.args, command.opts()], [["you"], { steps: 3 }]);
  assert.match(parseLine(makeCommand(), ["--help"]) ?? "", /^Usage: trunkline dance /);
});

const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown option", ["--stesp=2"], /^there is no option "--stesp"\. Did you mean --steps\?/],
  ["a missing argument", [], /^missing required argument "partner"$/],
  ["a word too many", ["you", "me"], /^too many arguments/],
  ["a wrong value", ["you", "-s", "many"], /It must be a whole number, 1 or more\.$/],
];
for (const [what, args, sentence] of mistakes) {
  it(`takes ${what} for a mistake, in one sentence`, () => {
    assert.throws(() => parseLine(makeCommand(), args), { exitCode: 2, message: sentence });
  });
}

it("reads seconds as milliseconds", () => {
  assert.deepEqual(["0", "2", "0.5", ".25", "1."].map(readSeconds), [0, 2000, 500, 250, 1000]);
  for (const text of ["", "-1", "1e3", "2147484", "soon", "."])
    assert.throws(() => readSeconds(text));
});

it("reads ports, and no other numbers", () => {
  assert.deepEqual(["0", "9998", "65535"].map(readPort), [0, 9998, 65_535]);
  for (const text of ["", "-1", "65536", "1.5", "http"]) assert.throws(() => readPort(text));
});
