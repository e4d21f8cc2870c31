// @ts-check
// docs/conform.md and the command name the same groups, with as many cases, and the same options.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isFor } from "../packages/cli/dist/conform/case.js";
import { makeGroups } from "../packages/cli/dist/conform/cases/index.js";
import { parseConformOptions } from "../packages/cli/dist/conform/options.js";
import { root } from "../scripts/lib/workspace.mjs";

const page = readFileSync(join(root, "docs/conform.md"), "utf8");

describe("the conformance suite", () => {
  const groups = makeGroups();

  it("has at least 500 cases, none twice", () => {
    const ids = groups.flatMap(({ cases }) => cases.map(({ id }) => id));
    assert.ok(ids.length >= 500);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("plays nothing twice under another name", () => {
    const classes = groups.flatMap(({ cases }) =>
      cases.map(({ rule, title, tested }) => `${rule.section} ${title} ${tested}`),
    );
    assert.deepEqual(
      classes.filter((text, at) => classes.indexOf(text) !== at),
      [],
    );
  });

  it("is documented with its groups and their counts", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \|.*\| (\d*) \| (\d*) \|$/gm)];
    const sides = /** @type {const} */ (["server", "client"]);
    assert.deepEqual(
      rows.map(([, name, ...counts]) => [name, ...counts.map(Number)]),
      groups.map(({ name, cases }) => [
        name,
        ...sides.map((side) => cases.filter((one) => isFor(one, side)).length),
      ]),
    );
  });

  it("is documented with its options", () => {
    for (const side of ["server", "client"]) {
      const help = parseConformOptions([side, "--help"]);
      const text = "help" in help ? help.help : "";
      const flags = [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = ""]) => flag);
      assert.ok(flags.length > 5, "the help lists them");
      assert.deepEqual(
        flags.filter((flag) => flag !== "--help" && !page.includes(`\`${flag}`)),
        [],
      );
    }
  });
});
