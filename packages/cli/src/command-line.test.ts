import assert from "node:assert/strict";
import { it } from "node:test";
import { type Command, InvalidArgumentError } from "commander";
import {
  newCommand,
  parseLine,
  readCount,
  readCountTo,
  readPort,
  readSeconds,
} from "./command-line.ts";

function readPartner(text: string): string {
  if (text !== "it's") return text;
  throw new InvalidArgumentError("say you.");
}

function makeCommand(): Command {
  return newCommand("dance")
    .argument("<partner>", "who", readPartner)
    .option("--to <place>", "where")
    .option("-f, --fast", "how fast")
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
  ["a missing argument", [], /^"trunkline dance" needs its <partner> behind it: who\.$/],
  [
    "a word too many",
    ["you", "me"],
    /^"me" is a word too many: "trunkline dance" takes <partner> and options; "trunkline dance --help" lists them\.$/,
  ],
  [
    "a wrong value",
    ["you", "-s", "many"],
    /^-s, --steps cannot be "many": it must be a whole number, 1 or more\.$/,
  ],
  ["a wrong argument", ["it's"], /^<partner> cannot be "it's": say you\.$/],
  ["an empty value", ["you", "--to", ""], /^--to is empty: give its <place>, or leave it out\.$/],
  ["no value", ["you", "-s"], /^-s, --steps needs its <number> behind it\.$/],
  ["a value too many", ["you", "--fast=yes"], /^--fast takes no value: write it without "="\.$/],
];
for (const [what, args, sentence] of mistakes) {
  it(`takes ${what} for a mistake, in one sentence`, () => {
    assert.throws(() => parseLine(makeCommand(), args), { exitCode: 2, message: sentence });
  });
}

/** A command of words. */
function makeParty(): Command {
  const party = newCommand("party");
  newCommand("dance", party)
    .argument("[partner]")
    .option("--steps <number>")
    .action(() => {});
  newCommand("sing", party).action(() => {});
  return party;
}

it("parses the words of a command, each with a help of its own", () => {
  assert.equal(parseLine(makeParty(), ["dance", "--steps", "3"]), undefined);
  assert.match(parseLine(makeParty(), ["--help"]) ?? "", /^Usage: trunkline party /);
  assert.match(parseLine(makeParty(), ["sing", "-h"]) ?? "", /^Usage: trunkline party sing /);
});

const wordMistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no word", [], /^"trunkline party" needs a word behind it: dance or sing; "trunkline party --/],
  ["another word", ["dense"], /^"dense" is no word of "trunkline party"\. Did you mean dance\? It/],
  [
    "the option of a word",
    ["--steps", "3"],
    /^--steps stands behind a word: trunkline party dance/,
  ],
  [
    "a wrong option of a word",
    ["dance", "--stesp"],
    /mean --steps\? "trunkline party dance --help"/,
  ],
  [
    "a word behind a word",
    ["sing", "me"],
    /^"me" is a word too many: "trunkline party sing" takes/,
  ],
];
for (const [what, args, sentence] of wordMistakes) {
  it(`takes ${what} for a mistake`, () => {
    assert.throws(() => parseLine(makeParty(), args), { exitCode: 2, message: sentence });
  });
}

it("hints at other names of options", () => {
  const args = ["you", "--pace"];
  assert.throws(() => parseLine(makeCommand(), args, ["--paces"]), /Did you mean --paces\?/);
});

it("reads seconds as milliseconds", () => {
  assert.deepEqual(["0", "2", "0.5", ".25", "1."].map(readSeconds), [0, 2000, 500, 250, 1000]);
  for (const text of ["", "-1", "1e3", "2147484", "soon", "."])
    assert.throws(() => readSeconds(text));
});

it("reads ports, and no other numbers", () => {
  assert.deepEqual(["0", "9998", "65535"].map(readPort), [0, 9998, 65_535]);
  for (const text of ["", "-1", "65536", "1.5", "http"]) assert.throws(() => readPort(text));
});

it("reads counts up to a bound", () => {
  const read = readCountTo(10);
  assert.deepEqual(["1", "10"].map(read), [1, 10]);
  for (const text of ["", "0", "11", "1.5", "-1"]) {
    assert.throws(() => read(text), { message: "it must be a whole number from 1 to 10." });
  }
});
