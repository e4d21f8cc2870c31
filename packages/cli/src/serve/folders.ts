/** The folders that the options name: which they are, and one sentence where they cannot be used. */
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";

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

/** The folder of `-s`, as a path below the handlers folder. @throws {CommandError} with exit code 1 */
export async function requireInner(given: string, handlers: string | undefined): Promise<string> {
  if (handlers === undefined) {
    throw new CommandError(
      1,
      `-s ${given} finds nothing: there is no handlers folder; name it with -w`,
    );
  }
  await requireFolder(given, "folder to scan");
  const inside = relative(await realpath(handlers), await realpath(given));
  if (isAbsolute(inside) || /^\.\.(?:[\\/]|$)/.test(inside)) {
    throw new CommandError(1, `the folder to scan ${given} (-s) is not in the handlers folder`);
  }
  return join(handlers, inside);
}

/** The folder's full path. @throws {CommandError} with exit code 1 */
export async function requireFolder(path: string, what: string): Promise<string> {
  const unreadable = (error: unknown): never => {
    const why = describeFileError(error);
    throw new CommandError(
      1,
      `the ${what} ${path} cannot be read: ${why}; make it, or name another`,
      { cause: error },
    );
  };
  const found = await stat(path).catch(unreadable);
  if (!found.isDirectory()) throw new CommandError(1, `the ${what} ${path} is not a folder`);
  await access(path, constants.X_OK).catch(unreadable);
  return resolve(path);
}
