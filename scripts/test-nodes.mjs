// @ts-check
// `npm run test:nodes`: the library's compiled tests on the other Node lines. The binaries are npm
// packages, one per line and platform, in tests/nodes/package.json. Words choose test files by a part
// of their path.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { choose, compiledTests, runTests } from "./lib/tests.mjs";
import { fail, installIfStale, root, run, runNode } from "./lib/workspace.mjs";

const lines = ["22", "24", "26"];

installIfStale("tests/nodes");
const binaries = lines.map((line) => binaryOf(line));
runNode("scripts/build.mjs");
const files = choose(compiledTests("packages/trunkline"), process.argv.slice(2));
for (const binary of binaries) {
  run(binary, ["--print", "'Node ' + process.version"]);
  runTests(binary, files);
}

/** @param {string} line */
function binaryOf(line) {
  const name = `node-${line}-${process.platform}-${process.arch}`;
  const path = join(root, "tests/nodes/node_modules", name, "bin/node");
  if (!existsSync(path)) fail(`${name} is not installed: add it to tests/nodes/package.json.`);
  return path;
}
