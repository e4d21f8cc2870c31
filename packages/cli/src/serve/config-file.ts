/**
 * Finds and reads the configuration file: pywebsocket's INI, or a module or JSON file of our own, which
 * loads as a handler does. What its keys mean is `config-values.ts`'s business.
 */
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";
import { LoadProblem, showPlace } from "../handlers/load-problem.ts";
import type { ConfigFile } from "./config-values.ts";
import { readIni } from "./ini.ts";

const OWN = /\.(?:[cm]?[jt]s|json)$/;

/** In the order in which they are looked for. */
const USUAL = ["ts", "mts", "js", "mjs", "cjs", "json"].map(
  (ending) => `trunkline.config.${ending}`,
);

/**
 * The file of `--config`, or a `trunkline.config.*` of the working directory where there is one.
 * @throws {CommandError}
 */
export async function readConfigFile(given: string | undefined): Promise<ConfigFile | undefined> {
  const file = given ?? (await findUsual());
  if (file === undefined) return undefined;
  return OWN.test(file) ? readOwn(file) : readIniFile(file);
}

async function findUsual(): Promise<string | undefined> {
  for (const name of USUAL) {
    const found = await stat(name).catch(() => undefined);
    if (found?.isFile()) return name;
  }
  return undefined;
}

async function readIniFile(file: string): Promise<ConfigFile> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return { file, isText: true, entries: readIni(file, text) };
}

async function readOwn(file: string): Promise<ConfigFile> {
  // What loads it would tell a missing permission in the system's words.
  await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const { default: entries } = await load(file);
  if (typeof entries === "object" && entries !== null && !Array.isArray(entries)) {
    // Any object has string keys; each value is judged by its option.
    return { file, isText: false, entries: entries as Readonly<Record<string, unknown>> };
  }
  const example = file.endsWith(".json") ? '{ "port": 8080 }' : "export default { port: 8080 }";
  throw new CommandError(1, `${file} holds no object of options, such as ${example}`);
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { ModuleLoader } = await import("../handlers/module-loader.ts");
  try {
    return await orIdle(new ModuleLoader().load(resolve(file)), file);
  } catch (error) {
    if (!(error instanceof LoadProblem)) throw error;
    throw new CommandError(1, `${showPlace(error)}: ${error.message}`, { cause: error });
  }
}

/** Where nothing is left that could settle a top-level await, Node would end without a word. */
async function orIdle<Value>(loading: Promise<Value>, file: string): Promise<Value> {
  const idle = new AbortController();
  const ended = once(process, "beforeExit", { signal: idle.signal }).then(() => {
    const why = "it has a top-level await that nothing settles";
    throw new CommandError(1, `${file} does not finish loading: ${why}`);
  });
  try {
    return await Promise.race([loading, ended]);
  } finally {
    idle.abort();
  }
}

function unreadable(file: string, cause: unknown): CommandError {
  const why = describeFileError(cause);
  return new CommandError(1, `the configuration file ${file} cannot be read: ${why}`, { cause });
}
