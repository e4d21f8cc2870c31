// @ts-check
// Copies the written documentation into this package: `trunkline docs` shows it in the terminal.
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../../docs/", import.meta.url));
const target = fileURLToPath(new URL("../dist/manual/", import.meta.url));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const name of readdirSync(source).filter((file) => file.endsWith(".md"))) {
  cpSync(`${source}${name}`, `${target}${name}`);
}
