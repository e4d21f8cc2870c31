// Against the pages that the build copied: those of the repository's docs folder.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { run } from "../run.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function docs(args: readonly string[], PAGER?: string): Promise<Outcome> {
  let out = "";
  let err = "";
  const code = await run(["docs", ...args], {
    stdout: { write: (text) => (out += text), ...(PAGER !== undefined && { isTTY: true }) },
    stderr: { write: (text) => (err += text) },
    environment: { ...process.env, PAGER },
  });
  return { code, out, err };
}

const names = readdirSync(new URL("../manual/", import.meta.url))
  .map((file) => file.replace(/\.md$/, ""))
  .filter((name) => name !== "README");

describe("trunkline docs", () => {
  it("lists every page, and what it tells", async () => {
    const { code, out } = await docs([]);
    assert.equal(code, 0);
    assert.ok(names.length > 10);
    for (const name of names) assert.match(out, new RegExp(`^  ${name} +\\S`, "m"));
  });

  for (const name of names) {
    it(`shows ${name} without the marks of Markdown`, async () => {
      const { code, out, err } = await docs([name]);
      assert.deepEqual([code, err], [0, ""]);
      const prose = out.split("\n").filter((line) => !line.startsWith("    "));
      assert.match(out, /^.+\n=+\n/);
      for (const mark of [/^#+ /, /\]\(/, /^```/, /^\|/, /<!--/, /&(lt|gt|amp|quot);/, /\p{Cc}/u]) {
        assert.deepEqual(
          prose.filter((line) => mark.test(line)),
          [],
          String(mark),
        );
      }
    });
  }

  it("shows the handler contract by a beginning of its name, and a part of a page", async () => {
    assert.match((await docs(["handler"])).out, /^The handlers folder\n=/);
    assert.match((await docs(["server", "upgrade"])).out, /^upgrade\n/);
  });

  it("has styles in a terminal, and gives the text to no pager when there is none", async () => {
    const { out } = await docs(["client"], "");
    assert.ok(out.startsWith("\x1b[1mThe\x1b[22m \x1b[1mclient"));
  });

  it("names the nearest page, and exits with 2, when there is none", async () => {
    const { code, out, err } = await docs(["handelrs"]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^trunkline: there is no page called "handelrs"\. Did you mean "handlers"\?/);
    assert.equal((await docs(["server", "nothing of the kind"])).code, 2);
  });

  it("shows its help", async () => {
    assert.match((await docs(["--help"])).out, /trunkline docs server upgrade/);
  });
});
