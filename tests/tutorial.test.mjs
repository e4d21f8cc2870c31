// @ts-check
// The tutorial stands in two languages: one structure, the same programs, the same figures.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../scripts/lib/workspace.mjs";
import { findSnippets } from "./support/snippets.mjs";

const [english, chinese] = ["docs/tutorial.md", "docs/tutorial.zh.md"].map(readPage);

describe("the tutorial in English and in Chinese", () => {
  it("has the same headings, where they are names of the API, and as many of the others", () => {
    assert.ok(english?.headings.includes("### bufferedAmount"));
    assert.deepEqual(chinese?.headings, english?.headings);
  });

  it("shows the same programs, apart from comments and what they say", () => {
    assert.ok((english?.programs.length ?? 0) > 20);
    assert.deepEqual(chinese?.programs, english?.programs);
  });

  it("has the same tables, with the same figures in them", () => {
    assert.ok(english?.tables.includes("52"));
    assert.deepEqual(chinese?.tables, english?.tables);
  });

  it("leads to the same places", () => {
    assert.deepEqual(chinese?.links, english?.links);
  });
});

describe("the comparison of two languages", () => {
  it("sees a heading, a program, a figure or a link that differs", () => {
    const page = "# A\n## b\n| x | 1 |\n|---|--:|\n```ts\nlet a = 1;\n```\n[c](d.md)\n";
    const changes = [
      [/## b/, "### b"],
      [/= 1/, "= 2"],
      [/\| 1 \|/, "| 2 |"],
      [/d\.md/, "e.md"],
    ];
    for (const [from, to] of changes) {
      const changed = page.replace(/** @type {RegExp} */ (from), String(to));
      assert.notDeepEqual(read("a.md", changed), read("a.md", page));
    }
  });
});

/** @param {string} path */
function readPage(path) {
  return read(path, readFileSync(join(root, path), "utf8"));
}

/**
 * @param {string} path
 * @param {string} text
 */
function read(path, text) {
  const prose = text.replace(/^```.*?^```$/gms, "");
  const rows = prose.split("\n").filter((line) => line.startsWith("|"));
  return {
    // A section's name is translated, a member's is not.
    headings: (prose.match(/^#+ .*$/gm) ?? []).map((line) => line.replace(/^(##?) .*/, "$1")),
    programs: findSnippets(path, text).map(({ language, mode, code }) => [
      language,
      mode,
      language === "text" ? "" : withoutWords(code),
    ]),
    tables: rows.map((row) => [row.split("|").length, row.match(/\d+(?:[,.]\d+)*/g)]).flat(3),
    links: (prose.match(/\]\([^)]*\)/g) ?? [])
      .map((link) => link.replace("tutorial.zh.", "tutorial."))
      .toSorted(),
  };
}

/**
 * Code without what may be said in either language: comments, strings, the text of a page.
 *
 * @param {string} code
 */
function withoutWords(code) {
  return code
    .replace(/ *(?<!:)\/\/.*$/gm, "")
    .replace(/(["`])[^"`\n]*\1/g, "$1$1")
    .replace(/>[^<>\n]+<\//g, "></");
}
