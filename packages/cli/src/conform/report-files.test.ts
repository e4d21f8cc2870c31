import assert from "node:assert/strict";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { checkReportFiles } from "./report-files.ts";

const none = { json: undefined, junit: undefined, html: undefined };

test("what can be written is left as it is", async (t) => {
  const folder = await makeFolder(t, { "old.json": "{}" });
  const [json, html] = [join(folder.path, "old.json"), join(folder.path, "new.html")];
  await checkReportFiles({ ...none, json, html });
  assert.deepEqual(await readdir(folder.path), ["old.json"]);
});

for (const [name, why] of [
  ["d", "it is a folder"],
  ["gone/r.xml", "its folder is not there"],
  ["d/x/r.xml", "its folder is not a folder"],
] as const) {
  test(`${name} is told: ${why}`, async (t) => {
    const folder = await makeFolder(t, { "d/x": "" });
    const junit = join(folder.path, name);
    await assert.rejects(checkReportFiles({ ...none, junit }), {
      exitCode: 1,
      message: `the report ${junit} cannot be written: ${why}.`,
    });
  });
}

const isRoot = process.getuid?.() === 0; // may everything
test("a file without permission is told", { skip: isRoot }, async (t) => {
  const folder = await makeFolder(t, { "r.json": "{}" });
  const json = join(folder.path, "r.json");
  await chmod(json, 0o400);
  await assert.rejects(checkReportFiles({ ...none, json }), /cannot be written: no permission\.$/);
});
