import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeFileError } from "./file-error.ts";
import { makeFolder } from "./temporary-folder.test.util.ts";

test("what the system says about a file becomes what a user can act on", async (t) => {
  const { path } = await makeFolder(t, { "a.txt": "" });
  const describe = (file: string) => readFile(join(path, file)).catch(describeFileError);
  assert.equal(await describe("gone"), "it is not there");
  assert.equal(await describe("."), "it is a folder");
  assert.equal(await describe("a.txt/b"), "it is not a folder");
  assert.equal(
    describeFileError(Object.assign(new Error("E"), { code: "EACCES" })),
    "no permission",
  );
  assert.equal(describeFileError(new Error("the disk is gone")), "the disk is gone");
  assert.equal(describeFileError("odd"), "odd");
});
