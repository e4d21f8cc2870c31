// @ts-check
// `npm run interop`: other people's clients and servers against ours. They live in interop/, which has
// a manifest of its own, so that they never enter the library's tree.
import { join } from "node:path";
import { buildIfStale, installIfStale, root, run } from "./lib/workspace.mjs";

buildIfStale();
installIfStale("interop");
installIfStale("interop/drop-in", ["--ignore-scripts"]);
run("npm", ["test", "--silent", "--", ...process.argv.slice(2)], join(root, "interop"));
