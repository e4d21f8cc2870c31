// docs/conform.md has the table of what the suite says of others, as it was measured last.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { makeTable } from "./conform/table.mjs";

it("the documented table is that of the results", () => {
  const page = readFileSync(new URL("../docs/conform.md", import.meta.url), "utf8");
  const table = makeTable();
  assert.ok(table.length > 5);
  assert.ok(page.includes(table.join("\n")));
});
