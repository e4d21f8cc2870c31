import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { page } from "./pager.ts";

async function written(PAGER: string): Promise<string> {
  let text = "";
  const environment = { PATH: process.env.PATH, PAGER };
  await page("a text\n", { environment, write: (more) => (text += more) });
  return text;
}

it("gives the text to the pager, with its arguments", async (t) => {
  const { path } = await makeFolder(t);
  assert.equal(await written(`cat > ${path}/shown; true "two words"`), "");
  assert.equal(await readFile(`${path}/shown`, "utf8"), "a text\n");
});

it("writes the text where the pager is empty or not there", async () => {
  assert.equal(await written(""), "a text\n");
  assert.equal(await written("no-such-pager --at-all"), "a text\n");
});

it("is content with a pager that does not read to the end", async () => {
  assert.equal(await written("false"), "");
});
