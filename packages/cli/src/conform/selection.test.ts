import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Case, rfc6455, rfc7692 } from "./case.ts";
import { selectCases } from "./selection.ts";

const CASES = [
  makeCase("utf8/lone-80", "utf8", rfc6455("8.1", "")),
  makeCase("utf8/lone-bf", "utf8", rfc6455("8.1", "")),
  makeCase("close/code-1000", "close", rfc6455("7.4", "")),
  makeCase("close/reason", "close", rfc6455("5.5.1", "")),
  makeCase("compression/empty", "compression", rfc7692("7.2", "")),
];

function makeCase(id: string, group: string, rule: Case["rule"]): Case {
  const play = async () => ({ verdict: "pass", came: "" }) as const;
  return { id, group, rule, kind: "open", slug: id, title: "", allowed: "", play };
}

describe("selectCases", () => {
  const table: readonly (readonly [
    string,
    Parameters<typeof selectCases>[1],
    readonly string[],
  ])[] = [
    ["everything when nothing is said", {}, CASES.map(({ id }) => id)],
    ["a group", { only: ["utf8"] }, ["utf8/lone-80", "utf8/lone-bf"]],
    ["one case", { only: ["close/reason"] }, ["close/reason"]],
    ["a glob", { only: ["*lone-8*"] }, ["utf8/lone-80"]],
    ["a section", { only: ["6455-5.5.1"] }, ["close/reason"]],
    ["an RFC", { only: ["7692-*"] }, ["compression/empty"]],
    [
      "two words, in the order of the suite",
      { only: ["close", "utf8/lone-bf"] },
      ["utf8/lone-bf", "close/code-1000", "close/reason"],
    ],
    ["all but what is skipped", { skip: ["close", "*/lone-*"] }, ["compression/empty"]],
    [
      "what is skipped of what is chosen",
      { only: ["close"], skip: ["6455-7.*"] },
      ["close/reason"],
    ],
  ];
  for (const [name, selection, expected] of table) {
    it(`chooses ${name}`, () => {
      const { cases, unknown } = selectCases(CASES, selection);
      assert.deepEqual([cases.map(({ id }) => id), unknown], [expected, []]);
    });
  }

  it("names the words that match nothing", () => {
    const { unknown } = selectCases(CASES, { only: ["utf8", "utf16"], skip: ["close/reasons"] });
    assert.deepEqual(unknown, ["utf16", "close/reasons"]);
  });

  it("takes a dot for a dot", () => {
    assert.deepEqual(selectCases(CASES, { only: ["6455-7x4"] }).unknown, ["6455-7x4"]);
  });
});
