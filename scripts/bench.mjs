// @ts-check
// `npm run bench`: the measurements, beside other libraries. They live in bench/, which has a manifest
// of its own. Arguments go to the benchmark: `npm run bench -- --rounds 1`.
import { join } from "node:path";
import { buildIfStale, installIfStale, root, run } from "./lib/workspace.mjs";

buildIfStale();
installIfStale("bench");
run("npm", ["start", "--silent", "--", ...process.argv.slice(2)], join(root, "bench"));
