// @ts-check
// Copies the console's built pages into this package, because the console itself is not published:
// the command ships its pages in dist/console. A checkout without them still builds; `trunkline serve`
// then says that they are missing.
import { cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../console/dist/", import.meta.url));
const target = fileURLToPath(new URL("../dist/console/", import.meta.url));

rmSync(target, { recursive: true, force: true });
if (existsSync(built)) {
  cpSync(built, target, { recursive: true });
} else {
  console.warn(
    "The console's pages are not built yet (packages/console/dist): built without them.",
  );
}
