/**
 * Where errors and log lines end up. The user's `onError` and `logger` may throw or reject themselves;
 * nothing that they do reaches the code that reported, or ends the process.
 */
import { printable, textOf } from "./log-text.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import type { Logger, SocketServerOptions } from "./settings.ts";

/** Takes an error that nobody else took; `where` says whose it is. */
export type Report = (error: unknown, where: string, socket?: ServerWebSocket<unknown>) => void;

export function makeReport(onError: SocketServerOptions["onError"], logger: Logger): Report {
  const log = (error: unknown, where: string): void =>
    logger.error?.(`${printable(where)}: ${textOf(error)}`);
  if (onError === undefined) return log;
  return (error, _where, socket) => {
    const failed = (second: unknown): void => log(second, "onError");
    attempt(() => onError(error, socket), failed);
  };
}

/** The logger with methods that never throw. */
export function makeSafe(logger: Logger): Logger {
  const safe: { [Level in keyof Logger]: (message: string) => void } = {};
  for (const level of ["error", "warn", "info", "debug"] as const) {
    if (typeof logger[level] !== "function") continue;
    // Asked for at each call: a logger may change its levels.
    safe[level] = (message) => attempt(() => logger[level]?.(message), ignore);
  }
  return safe;
}

/** Calls what a user gave; a throw and a rejection go to `failed`. */
export function attempt(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const returned = call();
    if (isThenable(returned)) Promise.resolve(returned).catch(failed);
  } catch (error) {
    failed(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

function ignore(): void {}
