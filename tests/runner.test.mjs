// @ts-check
// The one way tests are run fails where it should: a suite that is green whatever happens proves nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { root } from "../scripts/lib/workspace.mjs";

describe("the test run", () => {
  it("succeeds when everything passes, and ends with a summary", () => {
    const { status, output } = runFixture("no-leak.mjs");
    assert.match(output, /tests 1[\s\S]*pass 1[\s\S]*fail 0/);
    assert.equal(status, 0);
  });

  it("fails, and names the file, when a socket is left open", () => {
    const { status, output } = runFixture("leak.mjs");
    assert.match(output, /leak\.mjs/);
    assert.notEqual(status, 0);
  });
});

/** @param {string} name of a file in tests/fixtures */
function runFixture(name) {
  const script = `
    import { runTests } from "./scripts/lib/tests.mjs";
    runTests(process.execPath, ["tests/fixtures/${name}"], { file: 2_000, run: 5_000 });
  `;
  // Inside a test Node tells its children so by this variable, and they would report to us.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script],
    { cwd: root, env, encoding: "utf8" },
  );
  return { status, output: stdout + stderr };
}
