// @ts-check
// `npm test`: builds, checks format, lint and the types of the scripts, then runs every test in one run.
// Words choose test files by a part of their path: `npm test -- protocol/frame`.
// `--update` writes the snapshots anew instead of comparing them.
import { choose, compiledTests, runTests } from "./lib/tests.mjs";
import { filesUnder, packageFolders, run, runNode } from "./lib/workspace.mjs";

const words = process.argv.slice(2).filter((argument) => argument !== "--update");
if (process.argv.includes("--update")) process.env.UPDATE_SNAPSHOTS = "1";

runNode("scripts/build.mjs");
if (words.length === 0) {
  run("npm", ["run", "lint", "--silent"]);
  run("npx", ["--no-install", "tsc", "-p", "scripts"]);
}
const ofPackages = packageFolders().flatMap((folder) => compiledTests(folder));
const ofWorkspace = filesUnder("tests").filter((path) => path.endsWith(".test.mjs"));
runTests(process.execPath, choose([...ofPackages, ...ofWorkspace], words));
