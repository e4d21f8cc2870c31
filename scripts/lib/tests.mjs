// @ts-check
// Which test files there are, and the one way they are run.
// The list comes from the sources: what an earlier build left in dist/ is not a test any more.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, filesUnder, root } from "./workspace.mjs";

/**
 * In milliseconds, and longer than any test needs, so that only what hangs meets them: a leaked socket
 * or timer keeps its file's process alive. Node 20 and 22 then fail the file by its name; 24 and later
 * wait on, until the deadline of the whole run asks the runner to stop, which names the file too.
 */
const patience = { file: 120_000, run: 600_000 };

/**
 * The compiled tests of a package, in the order of their paths.
 *
 * @param {string} folder such as `packages/trunkline`
 */
export function compiledTests(folder) {
  const compiled = filesUnder(`${folder}/src`)
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => path.replace(`${folder}/src/`, `${folder}/dist/`).replace(/\.ts$/, ".js"));
  const missing = compiled.filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) fail(`The build did not write ${missing.join(", ")}.`);
  return compiled;
}

/**
 * Those of the files that have one of the words in their path; all of them when there is no word.
 *
 * @param {readonly string[]} files
 * @param {readonly string[]} words
 */
export function choose(files, words) {
  const chosen = files.filter((path) => words.length === 0 || words.some((w) => path.includes(w)));
  if (chosen.length === 0)
    fail(`No test file has ${words.join(" or ") || "any name"} in its path.`);
  return chosen;
}

/**
 * Runs test files with a Node binary; ends this process when one fails or hangs.
 *
 * @param {string} node
 * @param {readonly string[]} files
 * @param {typeof patience} [limits]
 */
export function runTests(node, files, limits = patience) {
  const args = ["--test", "--test-reporter=spec", "--test-concurrency=2"];
  const { status } = spawnSync(node, [...args, `--test-timeout=${limits.file}`, ...files], {
    cwd: root,
    stdio: "inherit",
    timeout: limits.run,
  });
  if (status !== 0) process.exit(status ?? 1);
}
