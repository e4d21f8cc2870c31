// @ts-check
// `npm run clean`: removes what building and testing wrote. Installed packages stay.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { packageFolders, root } from "./lib/workspace.mjs";

const written = [
  "coverage",
  "tests/.snippets",
  ...packageFolders().map((folder) => `${folder}/dist`),
];
for (const path of written) rmSync(join(root, path), { recursive: true, force: true });
