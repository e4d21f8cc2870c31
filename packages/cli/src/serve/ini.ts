/**
 * Reads the section `[pywebsocket]` of an INI file by the rules of Python's configparser, which wrote
 * these files' syntax: "key = value" or "key: value", comments on lines of their own, keys in any case,
 * values taken whole, a "#" or ";" in a password too. (The package `ini` cuts values there, and knows
 * no colon.) Of configparser's more curious rules, continued lines and `%(name)s`, it has none.
 */
import { CommandError } from "../command-error.ts";

const SECTION = "pywebsocket";

/** @throws {CommandError} with exit code 2 that names the line */
export function readIni(file: string, text: string): Readonly<Record<string, string>> {
  const entries = new Map<string, string>();
  let section: string | undefined;
  let isFound = false;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const bare = line.trim();
    if (bare === "" || /^[#;]/.test(bare)) continue;
    const named = /^\[(.*)\]$/.exec(bare)?.[1];
    section = named ?? section;
    isFound ||= section === SECTION;
    if (named !== undefined || (section !== undefined && section !== SECTION)) continue;
    readLine(entries, section, bare, `${file}:${at + 1}`);
  }
  if (!isFound) throw new CommandError(2, `${file} has no section [${SECTION}]`);
  return Object.fromEntries(entries);
}

function readLine(
  entries: Map<string, string>,
  section: string | undefined,
  line: string,
  place: string,
): void {
  if (section === undefined) {
    throw new CommandError(2, `${place}: ${show(line)} stands before the section [${SECTION}]`);
  }
  const [, key, value = ""] = /^([^=:]*?)\s*[=:]\s*(.*)$/s.exec(line) ?? [];
  if (!key) throw new CommandError(2, `${place}: ${show(line)} is not "key = value"`);
  if (entries.has(key.toLowerCase())) throw new CommandError(2, `${place}: "${key}" stands twice`);
  entries.set(key.toLowerCase(), value);
}

function show(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
