/**
 * The command's log: a line per event on standard error, with time, level and message; colours only
 * for a terminal. The library logs through the same object. A level is a threshold, and pywebsocket's
 * names for the levels are taken too.
 */
import { inspect } from "node:util";
import { escapeControls } from "./control-characters.ts";

export const LEVELS = ["error", "warn", "info", "debug"] as const;

export type Level = (typeof LEVELS)[number];

/** pywebsocket's own names. */
const ALIASES: Readonly<Record<string, Level>> = {
  critical: "error",
  warning: "warn",
  fine: "debug",
};

/** What the library takes as `logger`. */
export interface Logger {
  error(...args: readonly unknown[]): void;
  warn(...args: readonly unknown[]): void;
  info(...args: readonly unknown[]): void;
  debug(...args: readonly unknown[]): void;
}

export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface LogOptions {
  readonly level: Level;
  readonly output: LogOutput;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether each line has the day too: a file is read on another one. */
  readonly isDated?: boolean;
  now?(): Date;
}

/** Undefined for a name that is no level. */
export function parseLevel(name: string): Level | undefined {
  return LEVELS.find((level) => level === name) ?? ALIASES[name];
}

export function createLog(options: LogOptions): Logger {
  const { level, output, environment, isDated = false, now = makeDate } = options;
  const hasColour = output.isTTY === true && !environment.NO_COLOR;
  const writeAt = (at: Level) => {
    if (LEVELS.indexOf(at) > LEVELS.indexOf(level)) return () => {};
    return (...args: readonly unknown[]) => {
      output.write(`${formatLine(at, args, showTime(now(), isDated), hasColour)}\n`);
    };
  };
  return {
    error: writeAt("error"),
    warn: writeAt("warn"),
    info: writeAt("info"),
    debug: writeAt("debug"),
  };
}

const COLOURS: Readonly<Record<Level, number>> = { error: 31, warn: 33, info: 36, debug: 90 };

function formatLine(
  level: Level,
  args: readonly unknown[],
  time: string,
  hasColour: boolean,
): string {
  const message = args.map(describe).join(" ");
  const name = level.padEnd(5);
  if (!hasColour) return `${time} ${name} ${escapeControls(message)}`;
  return `\x1b[90m${time}\x1b[39m \x1b[${COLOURS[level]}m${name}\x1b[39m ${escapeControls(message)}`;
}

function describe(value: unknown): string {
  if (typeof value === "string") return value;
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}

function showTime(at: Date, isDated: boolean): string {
  if (!isDated) return clockOf(at);
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${at.getFullYear()}-${month}-${day} ${clockOf(at)}`;
}

function clockOf(at: Date): string {
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  const seconds = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return `${seconds}.${pad(at.getMilliseconds(), 3)}`;
}

function makeDate(): Date {
  return new Date();
}
