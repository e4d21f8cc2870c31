import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatMarkdown, plainText, readMarkdown } from "./markdown.ts";

function format(text: string, { width = 40, hasStyles = false } = {}): string {
  return formatMarkdown(readMarkdown(text), { width, hasStyles });
}

describe("Markdown in a terminal", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["headings", "# One `x`\n## Two\n### Three", "One x\n=====\n\nTwo\n---\n\nThree\n"],
    ["a paragraph", "one two\nthree **four**, *five*", "one two three four, five\n"],
    [
      "a long paragraph",
      "a word and another word and a third word and so on",
      "a word and another word and a third word\nand so on\n",
    ],
    ["code", "```ts\nconst a = 1;\n\n  b();\n```", "    const a = 1;\n\n      b();\n"],
    ["code in a line", "use `a | b` or `` `c` ``", "use a | b or `c`\n"],
    ["links", "[page](server.md), [site](https://a.example/)", "page, site (https://a.example/)\n"],
    ["an address", "<https://a.example/>", "https://a.example/\n"],
    ["an image", "![a plot](a.png)", "[a plot]\n"],
    ["comments, not at all", "<!-- test: none -->\n\ntext <!-- x --> here", "text here\n"],
    [
      "lists",
      "1. one\n2. two words that go on beyond the end of the line\n   - deep",
      "1. one\n2. two words that go on beyond the end\n   of the line\n   - deep\n",
    ],
    ["lists of paragraphs", "* a\n\n* b\n\n  c", "- a\n\n- b\n\n  c\n"],
    ["a quotation", "> said\n> so", "| said so\n"],
    ["a rule", "---", `${"-".repeat(40)}\n`],
    ["signs that HTML escapes", 'a & b < c > "d" `<e>`', 'a & b < c > "d" <e>\n'],
    [
      "a table",
      "| a | b |\n|---|--:|\n| `x\\|y` | 1 |\n| z | 10 |",
      "a     b\n---  --\nx|y   1\nz    10\n",
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(`shows ${what}`, () => {
      assert.equal(format(text), expected);
    });
  }

  it("has styles where they are wished", () => {
    const shown = format("# A\n\n**b** `c` [d](e.md)", { hasStyles: true });
    assert.equal(
      shown,
      "\x1b[1mA\x1b[22m\n=\n\n\x1b[1mb\x1b[22m \x1b[36mc\x1b[39m \x1b[4md\x1b[24m\n",
    );
  });

  it("gives the text of a heading without its marks", () => {
    const [heading] = readMarkdown("## In the place of `ws`");
    const tokens = heading && "tokens" in heading ? heading.tokens : undefined;
    assert.equal(plainText(tokens), "In the place of ws");
  });
});
