// @ts-check
// The layers hold: imports follow the arrows, the library stands alone, every source has its test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { filesUnder, root } from "../scripts/lib/workspace.mjs";
import { findImports } from "./support/imports.mjs";
import {
  findMissingTwins,
  findPrivateImports,
  findWrongArrows,
  withoutTwin,
} from "./support/layers.mjs";
import { subpathsOf } from "./support/subpaths.mjs";

describe("the sources", () => {
  const library = readSources("packages/trunkline/src");

  it("import only along the arrows", () => {
    assert.ok(Object.keys(library).length > 20, "the sources were found");
    assert.deepEqual(findWrongArrows(library), []);
  });

  it("of other packages import the library by its public subpaths", () => {
    const command = readSources("packages/cli/src");
    assert.deepEqual(findPrivateImports(command, subpathsOf("packages/trunkline")), []);
  });

  it("have a test beside them, or a reason not to", () => {
    const paths = Object.keys(library).filter((path) => !holdsTypesAlone(path));
    assert.deepEqual(findMissingTwins(paths, withoutTwin), []);
  });
});

describe("the check of the arrows", () => {
  const cases = [
    ["protocol/a.ts", 'import { b } from "../connection/b.ts";', "protocol imports connection."],
    ["protocol/a.ts", 'import type { b } from "../server/b.ts";', "protocol imports server."],
    ["protocol/a.ts", 'import { isUtf8 } from "node:buffer";', 'protocol imports "node:buffer".'],
    ["connection/a.ts", 'export * from "../client/b.ts";', "connection imports client."],
    ["client/a.ts", 'type B = import("../server/b.ts").B;', "client imports server."],
    ["client/a.ts", 'await import("../testing/b.ts");', "client imports testing."],
    ["server/a.ts", 'import "../client/b.ts";', "server imports client."],
    ["ws/a.ts", 'import "../server/b.ts";', "ws imports server."],
    ["testing/a.ts", 'import "../ws/b.ts";', "testing imports ws."],
    ["server/a.test.ts", 'import { b } from "../client/b.ts";', "server imports client."],
    ["server/a.ts", 'import {\n  b,\n} from\n  "../index.ts";', "server imports index."],
    ["server/a.ts", 'import ws from "ws";', '"ws" is a package: the library has no dependency.'],
    [
      "server/a.ts",
      'const b = require("fs");',
      '"fs" is a package: the library has no dependency.',
    ],
    [
      "server/a.ts",
      "await import(name);",
      "the module's name is computed, so nobody can follow it.",
    ],
    [
      "server/a.ts",
      'await import("./" + name);',
      "the module's name is computed, so nobody can follow it.",
    ],
    ["server/a.ts", "await import(`../client/b.ts`);", "server imports client."],
    ["other/a.ts", 'import "./b.ts";', "the file is in no layer: add its folder to the table."],
    ["server/a.ts", 'import "../../../cli/src/b.ts";', "server imports ../../../cli/src/b.ts."],
  ];
  for (const [path = "", source = "", expected] of cases) {
    it(`refuses ${JSON.stringify(source)} in ${path}`, () => {
      const found = findWrongArrows({ [path]: source });
      assert.deepEqual(
        found.map((sentence) => sentence.replace(/^[^:]+:\d+: /, "")),
        [expected],
      );
    });
  }

  it("accepts what the table allows", () => {
    const sources = {
      "protocol/a.ts": 'import { b } from "./b.ts";',
      "protocol/a.test.ts": 'import test from "node:test";\nimport fc from "fast-check";',
      "connection/a.ts": 'import { b } from "../protocol/b.ts";\nimport { c } from "node:net";',
      "server/a.test.ts": 'import { pair } from "../testing/pair.ts";',
      "testing/a.ts": 'import type { B } from "../server/b.ts";',
      "index.ts": 'export { B } from "./server/b.ts";',
    };
    assert.deepEqual(findWrongArrows(sources), []);
  });

  it("names the file and the line", () => {
    const found = findWrongArrows({ "client/a.ts": '\n\nimport "../server/b.ts";' });
    assert.deepEqual(found, ["client/a.ts:3: client imports server."]);
  });
});

describe("the search for imports", () => {
  it("passes over comments, strings and members that look like imports", () => {
    const source = [
      '// import "a"',
      '/* export * from "b" */',
      `const text = 'import "c"';`,
      'const url = "ws://localhost"; import "d";',
      "loader.import('e');",
      'Array.from("f");',
    ];
    assert.deepEqual(findImports(source.join("\n")), [{ specifier: "d", line: 4 }]);
  });
});

describe("the check of other packages", () => {
  const subpaths = ["trunkline", "trunkline/server"];

  it("accepts the public subpaths and everything that is not the library", () => {
    const text =
      'import "trunkline";\nimport "trunkline/server";\nimport "./a.ts";\nimport "mrmime";';
    assert.deepEqual(findPrivateImports({ "a.ts": text }, subpaths), []);
  });

  it("refuses a path into the library", () => {
    const text = 'import "trunkline/dist/index.js";\nimport "../../trunkline/src/index.ts";';
    assert.equal(findPrivateImports({ "a.ts": text }, subpaths).length, 2);
  });
});

describe("the check of twins", () => {
  it("names a source without a test, and an excuse that nobody needs", () => {
    const paths = ["a.ts", "b.ts", "b.test.ts", "c.ts", "c.test.util.ts", "index.ts"];
    assert.deepEqual(findMissingTwins(paths, { "b.ts": "none", "c.ts": "types", "d.ts": "gone" }), [
      "a.ts has no test beside it.",
      "b.ts needs no excuse any more.",
      "d.ts needs no excuse any more.",
    ]);
  });
});

/**
 * What compiles to nothing has nothing to test.
 *
 * @param {string} path relative to packages/trunkline/src
 */
function holdsTypesAlone(path) {
  const compiled = path.replace(/\.ts$/, ".js");
  const text = readFileSync(join(root, "packages/trunkline/dist", compiled), "utf8");
  return text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "").trim() === "export {};";
}

/**
 * @param {string} folder relative to the root
 * @returns {Record<string, string>} from path, relative to the folder, to text
 */
function readSources(folder) {
  const paths = filesUnder(folder).filter((path) => path.endsWith(".ts"));
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(join(root, path), "utf8")]),
  );
}
