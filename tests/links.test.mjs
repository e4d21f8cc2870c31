// @ts-check
// Every link from one page of the documentation to another leads to a file that is there, and to a
// heading that it has. Links to elsewhere are not looked at.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { filesUnder, packageFolders, root } from "../scripts/lib/workspace.mjs";

const pages = [
  ...["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...packageFolders().map((folder) => `${folder}/README.md`),
  ...filesUnder("docs").filter((path) => path.endsWith(".md")),
].filter((path) => existsSync(join(root, path)));

describe("the links of the documentation", () => {
  for (const page of pages) {
    it(`lead somewhere, in ${page}`, () => {
      assert.deepEqual(findDeadLinks(page, readPage(page)), []);
    });
  }
});

describe("the check of links", () => {
  it("knows files, headings here and there, and pictures", () => {
    const text = [
      "# The `code` & more",
      "[a](#the-code--more) [b](docs/serve.md#who-answers-what) [c](https://example.com/#x)",
      "![d](docs/images/console.png) `[e](none.md)`",
      "```md",
      "[f](none.md)",
      "```",
    ];
    assert.deepEqual(findDeadLinks("README.md", text.join("\n")), []);
  });

  for (const target of ["none.md", "#no-such", "docs/serve.md#no-such", "serve.md"]) {
    it(`finds that (${target}) leads nowhere`, () => {
      assert.deepEqual(findDeadLinks("README.md", `# A\n[x](${target})`), [target]);
    });
  }
});

/**
 * @param {string} page
 * @param {string} text
 * @returns {string[]}
 */
function findDeadLinks(page, text) {
  const prose = withoutBlocks(text).replace(/(`+).*?\1/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", heading] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return heading !== undefined && !slugsOf(path === "" ? text : readPage(file)).has(heading);
    });
}

/**
 * The names that GitHub gives to the headings of a page.
 *
 * @param {string} text
 */
function slugsOf(text) {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, words = ""]) =>
      words
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** @param {string} text */
function withoutBlocks(text) {
  return text.replace(/^ *(```|~~~).*?^ *\1/gms, "");
}

/** @param {string} path */
function readPage(path) {
  return readFileSync(join(root, path), "utf8");
}
