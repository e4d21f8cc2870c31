/** What the suite gives to clients: the page for browsers, and the scripts in `packages/cli/conform/`. */
import { readFile } from "node:fs/promises";

export interface ClientFile {
  readonly type: string;
  readonly content: string;
}

const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["page.html", "text/html"],
  "/client.mjs": ["client.mjs", "text/javascript"],
  "/client.py": ["client.py", "text/x-python"],
};

/** Undefined for another path than theirs. */
export async function findClientFile(path: string): Promise<ClientFile | undefined> {
  const [name, type] = (Object.hasOwn(FILES, path) && FILES[path]) || [];
  if (name === undefined || type === undefined) return undefined;
  const url = new URL(`../../conform/${name}`, import.meta.url);
  return { type, content: await readFile(url, "utf8") };
}
