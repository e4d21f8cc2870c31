/** The folders that the options name: which they are, and one sentence where they cannot be used. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import { describeReadError } from "./tls-files.ts";

/**
 * The folder of `-w`, or `./handlers` where there is one; undefined for the built-in echo.
 * @throws {CommandError} with exit code 1
 */
export async function chooseHandlersFolder(given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) return requireFolder(given, "handlers folder");
  const usual = resolve("handlers");
  const found = await stat(usual).catch(() => undefined);
  return found?.isDirectory() ? usual : undefined;
}

/** The folder's full path. @throws {CommandError} with exit code 1 */
export async function requireFolder(path: string, what: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    const why = describeReadError(error);
    throw new CommandError(
      1,
      `the ${what} ${path} cannot be read: ${why}; make it, or name another`,
      { cause: error },
    );
  });
  if (!found.isDirectory()) throw new CommandError(1, `the ${what} ${path} is not a folder`);
  return resolve(path);
}
