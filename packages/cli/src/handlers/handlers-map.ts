/**
 * The map file of `-m`: lines "alias existing", each a handler under one more path. A line that makes no
 * sense is told and skipped. The file is read once; which handler an alias means is looked up whenever
 * the handlers change, so that an alias follows its handler's saves.
 */
import type { Logger } from "../log.ts";
import { faultOf, shapeOf } from "./resource.ts";

export interface Alias {
  readonly alias: string;
  readonly existing: string;
  /** Such as `map.txt:3`. */
  readonly place: string;
}

export function readHandlersMap(file: string, text: string, log: Logger): readonly Alias[] {
  const aliases: Alias[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.trim().split(/\s+/);
    const [alias = "", existing = ""] = words;
    if (alias === "" || alias.startsWith("#")) continue;
    const place = `${file}:${at + 1}`;
    const fault = findFault(words);
    if (fault === undefined) aliases.push({ alias, existing, place });
    else log.warn(`${place}: ${fault}; the line is skipped`);
  }
  return aliases;
}

function findFault(words: readonly string[]): string | undefined {
  const [alias = "", existing = ""] = words;
  if (words.length !== 2) {
    return `a line is two paths, "alias existing", and not ${words.length} word${words.length === 1 ? "" : "s"}`;
  }
  const bad = [alias, existing].find((path) => !path.startsWith("/"));
  if (bad !== undefined) return `${JSON.stringify(bad)} is no path: it begins with no "/"`;
  const fault = faultOf(alias);
  return fault === undefined ? undefined : `${JSON.stringify(alias)} has ${fault}`;
}

/**
 * The routes with those that aliases add, from top to bottom: an alias may mean an earlier one, and takes
 * the place of a handler on its own path. `onUnknown` hears of those that mean nothing now.
 */
export function applyAliases<H>(
  routes: Readonly<Record<string, H>>,
  aliases: readonly Alias[],
  onUnknown: (line: string) => void = () => {},
): Readonly<Record<string, H>> {
  const all = new Map(Object.entries(routes));
  for (const { alias, existing, place } of aliases) {
    const handler = all.get(existing);
    if (handler === undefined) {
      onUnknown(
        `${place}: there is no handler at ${existing}; ${alias} is left out until there is`,
      );
      continue;
    }
    for (const path of [...all.keys()]) if (shapeOf(path) === shapeOf(alias)) all.delete(path);
    all.set(alias, handler);
  }
  return Object.fromEntries(all);
}
