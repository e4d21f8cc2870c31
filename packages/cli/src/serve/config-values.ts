/**
 * The values of a configuration file as options: a key is a long name, a value has the option's type.
 * What an INI file holds is text, and read as on the command line. It knows no file and no single option.
 */
import { type Command, InvalidArgumentError, type Option } from "commander";
import { CommandError } from "../command-error.ts";
import { describeValue, showValue } from "../command-line.ts";
import { nearest } from "../nearest.ts";
import { ALIASES } from "./option-list.ts";

/** What a configuration file says, as it says it. */
export interface ConfigFile {
  /** As the user knows it. */
  readonly file: string;
  /** Whether every value is text, as in an INI file. */
  readonly isText: boolean;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** Sets what the command line may set again. @throws {CommandError} with exit code 2 that names file and key */
export function applyConfig(command: Command, { file, entries, isText }: ConfigFile): void {
  for (const [key, value] of Object.entries(entries)) {
    const option = findOption(command, key);
    if (!option) throw new CommandError(2, `${file}: ${describeUnknownKey(key, command)}`);
    const place = `${file}: "${key}"`;
    const read = readConfigValue(option, isText ? fromText(option, value) : value, isText, place);
    command.setOptionValueWithSource(option.attributeName(), read, "config");
  }
}

/** `documentRoot`, `document_root` and `document-root` are one key. */
function findOption(command: Command, key: string): Option | undefined {
  const dashed = key.replace(/[A-Z]/g, (letter) => `-${letter}`).replaceAll("_", "-");
  const name = `--${dashed.toLowerCase()}`;
  const long = ALIASES[name] ?? name;
  return keysOf(command).find((option) => option.long === long);
}

/** A file names no other file. */
function keysOf({ options }: Command): readonly Option[] {
  return options.filter((option) => option.long !== "--config" && !option.negate);
}

function describeUnknownKey(key: string, command: Command): string {
  const keys = keysOf(command).map((option) => option.attributeName());
  const near = nearest(key, [...keys, "websockHandlers", "serverHost"]);
  return `there is no option "${key}".${near === undefined ? "" : ` Did you mean "${near}"?`}`;
}

/** Python's configparser has these words for yes and no; pywebsocket itself asks for none. */
const WORDS: Readonly<Record<string, boolean>> = {
  ...{ "": true, "1": true, true: true, yes: true, on: true },
  ...{ "0": false, false: false, no: false, off: false },
};

function fromText(option: Option, value: unknown): unknown {
  return isFlag(option) ? (WORDS[String(value).toLowerCase()] ?? value) : value;
}

function isFlag(option: Option): boolean {
  return !option.required && !option.optional;
}

function readConfigValue(option: Option, value: unknown, isText: boolean, place: string): unknown {
  const text = textOf(option, value, isText);
  if (text === undefined) {
    const type = describeType(option);
    throw new CommandError(2, `${place} must be ${type}, not ${showValue(value)}.`);
  }
  if (typeof text === "boolean") return text;
  try {
    return option.parseArg ? option.parseArg(text, undefined) : text;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new CommandError(2, describeValue(place, value, error.message));
  }
}

/** A value as it would stand on the command line; undefined for one of another type. */
function textOf(option: Option, value: unknown, isText: boolean): string | boolean | undefined {
  if (isFlag(option)) return typeof value === "boolean" ? value : undefined;
  if (typeof value === "number" && isNumber(option)) return String(value);
  if (typeof value === "string" && (isText || !isNumber(option))) return value;
  if (!isList(option) || !Array.isArray(value)) return undefined;
  return value.every((entry) => typeof entry === "string") ? value.join(",") : undefined;
}

function isNumber({ flags }: Option): boolean {
  return /<(?:number|seconds)>$/.test(flags);
}

function isList({ flags }: Option): boolean {
  return flags.endsWith("<list>");
}

function describeType(option: Option): string {
  if (isFlag(option)) return "true or false";
  if (isNumber(option)) return "a number";
  return isList(option) ? "a list of strings, or one string" : "a string";
}
