/**
 * What the command lines of the commands share: commander set up so that nothing is written and nothing
 * exits, and one sentence for each way to get a line wrong.
 */
import { inspect } from "node:util";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { nearest } from "./nearest.ts";

/** A command; or, with a parent, one of the words that stand behind it. */
export function newCommand(name: string, parent?: Command): Command {
  const command = new Command(parent ? name : `trunkline ${name}`)
    .helpOption("-h, --help", "show this")
    .helpCommand(false)
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 100 });
  parent?.addCommand(command);
  return command;
}

/**
 * Returns the help when the line asks for it. `aliases`: other names of options, for the hints.
 * @throws {CommandError} with exit code 2
 */
export function parseLine(
  command: Command,
  args: readonly string[],
  aliases: readonly string[] = [],
): string | undefined {
  let help = "";
  const writeOut = (text: string): void => {
    help += text;
  };
  for (const one of [command, ...command.commands]) {
    one.configureOutput({ writeOut, writeErr: () => {} }).exitOverride((error) => {
      if (error.code === "commander.helpDisplayed") throw error;
      throw new CommandError(2, describeFault(error, one, aliases));
    });
  }
  try {
    command.parse([...args], { from: "user" });
    for (const one of [command, ...command.commands]) refuseEmpty(one);
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return help;
    throw error;
  }
}

/** As `-w "$FOLDER"` gives it where the variable is not set. */
function refuseEmpty(command: Command): void {
  const empty = command.options.find((one) => command.getOptionValue(one.attributeName()) === "");
  if (!empty) return;
  const [names, value] = empty.flags.split(" <");
  throw new CommandError(2, `${names} is empty: give its <${value}, or leave it out.`);
}

// Commander's own sentences say what it looked at; ours say what to write.
function describeFault(
  error: CommanderError,
  command: Command,
  aliases: readonly string[],
): string {
  const { message } = error;
  switch (error.code) {
    case "commander.unknownOption":
      return describeUnknownOption(message, command, aliases);
    case "commander.invalidArgument":
      return describeInvalid(message);
    case "commander.optionMissingArgument":
      return message.replace(/^error: option '(.*) (\S+)' .*$/s, "$1 needs its $2 behind it.");
    case "commander.missingArgument":
      return describeMissing(command);
    case "commander.excessArguments":
      return describeExcess(command);
    case "commander.unknownCommand":
    case "commander.help":
      return describeWord(command);
    default:
      return message.replace(/^error: /, "");
  }
}

function describeUnknownOption(
  message: string,
  command: Command,
  aliases: readonly string[],
): string {
  const [, given = "", equals] = /'([^'=]*)(=?)/.exec(message) ?? [];
  const names = [...namesOf(command), "-h", "--help", ...aliases];
  if (equals && names.includes(given)) return `${given} takes no value: write it without "=".`;
  const word = command.commands.find((one) => namesOf(one).includes(given));
  if (word) return `${given} stands behind a word: ${fullName(word)} ${given}.`;
  const near = nearest(given, names);
  return `there is no option "${given}".${hint(near)} ${pointToHelp(command)} lists them.`;
}

function namesOf({ options }: Command): readonly string[] {
  return options.flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
}

/** What a reader threw, behind what was given and where. */
function describeInvalid(message: string): string {
  const [, option = "", given = "", fault = ""] =
    /^error: option '(.*?)(?: <.*?>)?' argument '(.*)' is invalid\. (.*)$/s.exec(message) ?? [];
  if (option !== "") return describeValue(option, given, fault);
  const [, value = "", argument = "", why = ""] =
    /^error: command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s.exec(
      message,
    ) ?? [];
  return describeValue(`<${argument}>`, value, why);
}

/** `fault` as the readers below throw it. */
export function describeValue(name: string, value: unknown, fault: string): string {
  return `${name} cannot be ${showValue(value)}: ${fault}`;
}

export function showValue(value: unknown): string {
  // JSON has no NaN, which is what Number() makes of a variable that is not set, and no bigint.
  if (typeof value === "number" || typeof value === "bigint") return inspect(value);
  return JSON.stringify(value) ?? String(value);
}

function describeMissing(command: Command): string {
  const missing = command.registeredArguments[command.args.length];
  return `"${fullName(command)}" needs its <${missing?.name()}> behind it: ${missing?.description}.`;
}

function describeExcess(command: Command): string {
  const { registeredArguments, args } = command;
  const extra = args[registeredArguments.length];
  const taken = registeredArguments.map((argument) => `<${argument.name()}> and options`);
  const takes = taken[0] ?? "options only";
  return `"${extra}" is a word too many: "${fullName(command)}" takes ${takes}; ${pointToHelp(command)} lists them.`;
}

/** A command of words has none of them, or another. */
function describeWord(command: Command): string {
  const [given] = command.args;
  const words = command.commands.map((one) => one.name());
  const choice = `${words.join(" or ")}; ${pointToHelp(command)} says more.`;
  if (given === undefined) return `"${fullName(command)}" needs a word behind it: ${choice}`;
  const near = nearest(given, words);
  return `"${given}" is no word of "${fullName(command)}".${hint(near)} It takes ${choice}`;
}

function hint(near: string | undefined): string {
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

function pointToHelp(command: Command): string {
  return `"${fullName(command)} --help"`;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

// What a reader throws follows "--port cannot be "x": ", here and where a configuration file is read.

export function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("it must be a whole number, 1 or more.");
}

/** What the system, or a timer, takes for a number is bounded. */
export function readCountTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count > 0 && count <= most) return count;
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${most}.`);
  };
}

export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("it must be a whole number from 0 to 65535.");
}

/** What stands between commas; something must. */
export function readList(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const list = entries.filter((entry) => entry !== "");
  if (list.length === 0) throw new InvalidArgumentError("it is empty.");
  return list;
}

/** The longest delay of a timer, in seconds: 24 days. */
const LONGEST = 2_147_483;

/** Seconds, as milliseconds. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && seconds <= LONGEST) return seconds * 1000;
  throw new InvalidArgumentError(`it must be a number of seconds, from 0 to ${LONGEST}.`);
}
