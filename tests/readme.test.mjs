// @ts-check
// What the documentation shows works: every code block of its pages is run, compiled or checked.
// CONTRIBUTING.md says how a comment before a block steers that.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { filesUnder, packageFolders, root } from "../scripts/lib/workspace.mjs";
import { findWrongCommands } from "./support/shell-commands.mjs";
import { SnippetChecker } from "./support/snippet-checker.mjs";
import { findSnippets } from "./support/snippets.mjs";

const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...packageFolders().map((folder) => `${folder}/README.md`),
  ...filesUnder("docs").filter((path) => path.endsWith(".md")),
].filter((path) => existsSync(join(root, path)));

describe("the documentation", () => {
  const snippets = pages.flatMap((page) => readSnippets(page));
  const checker = new SnippetChecker(snippets);
  after(() => checker.remove());

  it("shows programs in its README", () => {
    assert.ok(snippets.some(({ page, language }) => page === "README.md" && language === "ts"));
  });

  for (const snippet of snippets.filter(({ mode }) => mode !== "none")) {
    it(`${snippet.page}:${snippet.line} (${snippet.language || "text"}) works`, async () => {
      assert.equal(await checker.findProblem(snippet), undefined);
    });
  }
});

describe("the check of snippets", () => {
  const good = readSnippets("tests/fixtures/snippets/good.md");
  const bad = readSnippets("tests/fixtures/snippets/bad.md");
  const checker = new SnippetChecker([...good, ...bad], { timeout: 3_000 });
  after(() => checker.remove());

  for (const snippet of good) {
    it(`is content with good.md:${snippet.line} (${snippet.language})`, async () => {
      assert.equal(await checker.findProblem(snippet), undefined);
    });
  }

  const expected = [
    /^tests\/fixtures\/snippets\/bad\.md:6: error TS2322/,
    /^tests\/fixtures\/snippets\/bad\.md:13: error TS2339/,
    /error TS2305: .*noSuchName/,
    /exit code 1:[\s\S]*thrown while running/,
    /exit code 1:[\s\S]*rejected while running/,
    /^It did not end/,
    /^It ended without printing "what never comes"/,
    /There is no script "no-such-script"/,
    /"trunkline serve" has no --no-such-flag/,
    /"frobnicate" is no command/,
    /SyntaxError/,
    /SyntaxError/,
    /Nobody knows what to do with "klingon"/,
  ];
  it("is given one expectation for each bad snippet", () => {
    assert.equal(bad.length, expected.length);
  });
  for (const [index, snippet] of bad.entries()) {
    it(`finds what is wrong with bad.md:${snippet.line} (${snippet.language})`, async () => {
      assert.match((await checker.findProblem(snippet)) ?? "nothing", expected[index] ?? /^$/);
    });
  }
});

describe("the search for snippets", () => {
  it("reads fences, languages, indents and the comment before a block", () => {
    const page = [
      "<!-- test: types -->",
      "",
      "~~~ts title",
      "```",
      "~~~",
      "- item",
      "  ```SH",
      "  npm ci",
      "    two",
      "  ```",
    ];
    const plain = { page: "a.md", prints: undefined, continues: undefined };
    assert.deepEqual(findSnippets("a.md", page.join("\n")), [
      { ...plain, line: 3, language: "ts", code: "```\n", mode: "types" },
      { ...plain, line: 7, language: "sh", code: "npm ci\n  two\n", mode: "run" },
    ]);
  });

  it("puts a block that continues behind the one before it", () => {
    const page = '```ts\n```\n<!-- test: run, continues, prints "a, b" -->\n```ts\n```';
    const [first, second] = findSnippets("a.md", page);
    assert.deepEqual([second?.continues, second?.prints], [first, "a, b"]);
  });

  it("lets a comment steer only the block that follows it", () => {
    const page = "<!-- test: none, because x -->\nwords\n\n```ts\n```";
    assert.equal(findSnippets("a.md", page)[0]?.mode, "run");
  });

  for (const text of [
    "skip",
    "none",
    "none, because ",
    "run, prints",
    'types, prints "x"',
    "run, continues",
  ]) {
    it(`refuses the comment "test: ${text}"`, () => {
      const page = `<!-- test: ${text} -->\n\`\`\`ts\n\`\`\``;
      assert.throws(() => findSnippets("a.md", page), /a\.md:2: "test: .*" is none of the forms/);
    });
  }

  it("refuses a block without an end", () => {
    assert.throws(() => findSnippets("a.md", "```ts\nlet a;"), /a\.md:1: the block has no end/);
  });
});

describe("the check of command lines", () => {
  const known = {
    scripts: ["start", "test"],
    packages: ["trunkline", "@trunkline/cli"],
    helpOf: (/** @type {string} */ word) =>
      ({ "": "-h, --help", serve: "-p, --port <n>\n -w, --handlers", connect: "--origin" })[word],
  };
  const rightLines = [
    "npm ci && npm start",
    "$ npm start -- -p 9999\nlistening on 9999",
    "npm install trunkline ws@8",
    "npx @trunkline/cli -p 9998 --handlers=here",
    "trunkline -p9998 -w handlers/ & # in the background",
    "PORT=1 trunkline connect ws://localhost:9998/echo --origin null > log",
    "trunkline serve \\\n  --port 9998",
    "echo hi | trunkline connect ws://localhost:9998",
  ];
  for (const line of rightLines) {
    it(`accepts ${JSON.stringify(line)}`, () => {
      assert.deepEqual(findWrongCommands(line, known), []);
    });
  }
  const wrongLines = [
    "npm run build",
    "npm frobnicate",
    "npm start -- --origin x",
    "npm install @trunkline/clo",
    "npx trunkline --prot 9998",
    "trunkline dance",
    "cd x && trunkline connect -p 1",
  ];
  for (const line of wrongLines) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      assert.equal(findWrongCommands(line, known).length, 1);
    });
  }
});

/** @param {string} page */
function readSnippets(page) {
  return findSnippets(page, readFileSync(join(root, page), "utf8"));
}
