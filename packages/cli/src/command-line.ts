/**
 * What the command lines of the commands share: commander set up so that nothing is written and nothing
 * exits, and one sentence for each way to get a line wrong.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { nearest } from "./nearest.ts";

export function newCommand(name: string): Command {
  return new Command(`trunkline ${name}`)
    .helpOption("-h, --help", "show this")
    .exitOverride()
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 100 });
}

/** Returns the help when the line asks for it. @throws {CommandError} with exit code 2 */
export function parseLine(command: Command, args: readonly string[]): string | undefined {
  let help = "";
  const writeOut = (text: string): void => {
    help += text;
  };
  command.configureOutput({ writeOut, writeErr: () => {} });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return help;
    throw new CommandError(2, describeFault(error, command));
  }
  return undefined;
}

function describeFault(error: CommanderError, command: Command): string {
  if (error.code !== "commander.unknownOption") {
    return error.message.replace(/^error: /, "").replaceAll("'", '"');
  }
  const given = /'([^'=]*)/.exec(error.message)?.[1] ?? "";
  const names = command.options.flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
  const near = nearest(given, [...names, "--help"]);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return `there is no option "${given}".${hint} "${command.name()} --help" lists them.`;
}

export function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

/** The longest delay of a timer, in seconds: 24 days. */
const LONGEST = 2_147_483;

/** Seconds, as milliseconds. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && seconds <= LONGEST) return seconds * 1000;
  throw new InvalidArgumentError(`It must be a number of seconds, from 0 to ${LONGEST}.`);
}
