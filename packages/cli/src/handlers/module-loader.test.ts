import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { LoadProblem } from "./load-problem.ts";
import { ModuleLoader, type Namespace } from "./module-loader.ts";

type Files = Readonly<Record<string, string>>;

/** Writes the files and loads the first. */
async function loadFirst(t: TestContext, files: Files): Promise<Namespace> {
  const folder = await makeFolder(t, files);
  return new ModuleLoader().load(join(folder.path, Object.keys(files)[0] ?? ""));
}

async function problemOf(
  t: TestContext,
  files: Files,
): Promise<{ name: string; line?: number | undefined; message: string }> {
  const folder = await makeFolder(t, files);
  const loading = new ModuleLoader().load(join(folder.path, Object.keys(files)[0] ?? ""));
  const problem = await loading.then(
    () => assert.fail("It loaded."),
    (error: unknown) => error,
  );
  assert.ok(problem instanceof LoadProblem, String(problem));
  const name = problem.place.file.slice(folder.path.length + 1);
  return { name, line: problem.place.line, message: problem.message };
}

const gives: readonly (readonly [string, Files, unknown])[] = [
  [
    "a TypeScript file loses its types",
    { "a.ts": "const n: number = 1; export default n satisfies number;" },
    1,
  ],
  [
    "an import that is only a type is never loaded",
    {
      "a.ts":
        'import { T } from "./gone.ts"; import type { U } from "./gone2.ts"; const x: T | U = 2; export default x;',
    },
    2,
  ],
  [
    "enums and parameter properties work",
    {
      "a.ts":
        "enum E { A = 3 } class P { constructor(public e: E) {} } export default new P(E.A).e;",
    },
    3,
  ],
  [
    "a default function may have no name",
    { "a.js": "export default function () { return 4 }\n" },
    "function",
  ],
  [
    "a default class may have no name",
    { "a.js": "export default class { static x = 1 }\n(0)" },
    "function",
  ],
  [
    "a default generator keeps its name in the module",
    { "a.js": "export const n = g().next().value; export default n; function* g() { yield 5 }" },
    5,
  ],
  [
    "a default async generator can be called by its name",
    {
      "a.js": 'import { x } from "./b.js"; export default x;',
      "b.js": "export default async function* g() {}\nexport const x = typeof g();",
    },
    "object",
  ],
  [
    "an export may stand above its declaration",
    {
      "a.js": 'import { w } from "./b.js"; export default w;',
      "b.js": "export { y, z as w }; const y = 1, z = 6;",
    },
    6,
  ],
  [
    "destructured and listed exports arrive",
    {
      "a.js": 'import { a, c, e, f } from "./b.js"; export default [a, c, e, f];',
      "b.js": "export const { a, b: [c] } = { a: 1, b: [2] }, [e] = [3], f = 4;",
    },
    [1, 2, 3, 4],
  ],
  [
    "an imported binding is live",
    {
      "a.js":
        'import { n, add } from "./b.js"; const before = n; add(); export default [before, n];',
      "b.js": "export let n = 0; export function add() { n++ }",
    },
    [0, 1],
  ],
  [
    "re-exports pass names on",
    {
      "a.js": 'import { x, y, z, n } from "./b.js"; export default [x, y, z.p, n];',
      "b.js":
        'import { q } from "./c.js"; export { q as n }; export { p as x } from "./c.js"; export * from "./d.js"; export * as z from "./c.js";',
      "c.js": "export const p = 1, q = 2;",
      "d.js": "export const y = 3;",
    },
    [1, 3, 1, 2],
  ],
  [
    "a top-level await is awaited",
    {
      "a.ts": 'import { x } from "./b.ts"; export default x;',
      "b.ts": "export const x = await Promise.resolve(7);",
    },
    7,
  ],
  [
    "JSON is imported",
    {
      "a.js": 'import data from "./d.json" with { type: "json" }; export default data.n;',
      "d.json": '{ "n": 8 }',
    },
    8,
  ],
  [
    "a dynamic import takes local files and packages",
    {
      "a.ts":
        'const { x } = await import("./b.ts"); const { sep } = await import("node:path"); export default [x, sep];',
      "b.ts": "export const x = 9;",
    },
    [9, "/"],
  ],
  [
    "builtins give default, named and namespace imports",
    {
      "a.js":
        'import path, { sep } from "node:path"; import * as all from "node:path"; export default [path.sep, sep, all.sep, all.default === path];',
    },
    ["/", "/", "/", true],
  ],
  [
    "a file may be named as TypeScript's compiled output",
    { "a.ts": 'import { x } from "./b.js"; export default x;', "b.ts": "export const x = 10;" },
    10,
  ],
  [
    "an ending may be left out",
    {
      "a.ts": 'import { x } from "./b"; import { y } from "./c"; export default x + y;',
      "b.ts": "export const x = 10;",
      "c/index.ts": "export const y = 1;",
    },
    11,
  ],
  [
    "a CommonJS handler exports with module.exports",
    {
      "a.cjs":
        'const { join } = require("node:path"); const b = require("./b.cjs"); module.exports = [join("a", "b"), b.n, __filename.endsWith("a.cjs")];',
      "b.cjs": "exports.n = 12;",
    },
    ["a/b", 12, true],
  ],
  ["a .js file without import and export is CommonJS", { "a.js": "module.exports = 13;" }, 13],
  [
    "CommonJS compiled from an ES module gives its default",
    {
      "a.js":
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 14;',
    },
    14,
  ],
  [
    "TypeScript's export = works",
    { "a.cts": 'import fs = require("node:fs"); export = typeof fs.statSync;' },
    "function",
  ],
  [
    "an ES module imports CommonJS and JSON through it",
    {
      "a.mjs": 'import b, { n } from "./b.cjs"; export default [b.n, n];',
      "b.cjs": 'exports.n = require("./d.json").n;',
      "d.json": '{ "n": 15 }',
    },
    [15, 15],
  ],
  [
    "createRequire can be called by its usual name",
    {
      "a.js":
        'import { createRequire } from "node:module"; const require = createRequire(import.meta.url); export default require("./d.json");',
      "d.json": "16",
    },
    16,
  ],
  [
    "two files that import each other load",
    {
      "a.js": 'import { b } from "./b.js"; export const a = 1; export default () => b();',
      "b.js": 'import { a } from "./a.js"; export const b = () => a;',
    },
    "function",
  ],
  [
    "a file that imports itself loads",
    { "a.js": 'import * as self from "./a.js"; export const x = 1; export default () => self.x;' },
    "function",
  ],
  ["a hashbang is skipped", { "a.js": "#!/usr/bin/env node\nexport default 17;" }, 17],
  [
    "trunkline comes from the command where the folder has none",
    { "a.ts": 'import * as own from "trunkline"; export default typeof own;' },
    "object",
  ],
];

for (const [behaviour, files, expected] of gives) {
  test(behaviour, async (t) => {
    const { default: value } = await loadFirst(t, files);
    assert.deepEqual(typeof value === "function" ? "function" : value, expected);
  });
}

const refuses: readonly (readonly [string, Files, string, number | undefined, RegExp])[] = [
  [
    "a syntax error in TypeScript has its line",
    { "a.ts": "const a: number = 1;\nconst b = ;\nexport default a;" },
    "a.ts",
    2,
    /Unexpected token/,
  ],
  [
    "a syntax error in JavaScript has its line",
    { "a.js": "export default {\n  message(s) {\n    const x = ;\n  }\n}" },
    "a.js",
    3,
    /Unexpected token/,
  ],
  [
    "a brace that is never closed is placed",
    { "a.js": "export default {\n  a: 1\n" },
    "a.js",
    3,
    /SyntaxError/,
  ],
  [
    "what only V8 sees has its line",
    { "a.js": "export default 1;\nlet a;\nlet a;\n" },
    "a.js",
    3,
    /already been declared/,
  ],
  [
    "a local import that is not there",
    { "a.ts": '\nimport { x } from "./b.ts";\nexport default x;' },
    "a.ts",
    2,
    /cannot find "\.\/b\.ts"/,
  ],
  [
    "a package that is not there",
    { "a.ts": '\n\nimport x from "no-such-package-here";\nexport default x;' },
    "a.ts",
    3,
    /cannot find the package "no-such-package-here"/,
  ],
  [
    "a name that a local file does not export",
    {
      "a.ts": 'import { x,\n y } from "./b.ts";\nexport default [x, y];',
      "b.ts": "export const x = 1;",
    },
    "a.ts",
    1,
    /"\.\/b\.ts" has no export named "y"/,
  ],
  [
    "a name that a builtin does not export",
    { "a.js": '\nimport { nope } from "node:path"; export default nope;' },
    "a.js",
    2,
    /no export named "nope"/,
  ],
  [
    "a default that is not exported",
    { "a.js": 'import b from "./b.js"; export default b;', "b.js": "export const x = 1;" },
    "a.js",
    1,
    /"\.\/b\.js" has no default export/,
  ],
  [
    "an error in an imported file names that file",
    { "a.js": 'import { x } from "./b.js"; export default x;', "b.js": "export const x =\n  1 +;" },
    "b.js",
    2,
    /Unexpected token/,
  ],
  [
    "a throw while loading has its line",
    { "a.ts": 'type A = 1;\n\nthrow new TypeError("on purpose");\nexport default 1;' },
    "a.ts",
    3,
    /TypeError: on purpose/,
  ],
  [
    "a throw in a helper's function has the helper's line",
    {
      "a.js": 'import { f } from "./b.js";\nf();\nexport default 1;',
      "b.js": "export function f() {\n  null.x;\n}",
    },
    "b.js",
    2,
    /TypeError/,
  ],
  [
    "something thrown that is no error",
    { "a.js": 'throw "text"; export default 1;' },
    "a.js",
    undefined,
    /threw "text"/,
  ],
  [
    "broken JSON",
    { "a.js": 'import d from "./d.json"; export default d;', "d.json": "{" },
    "d.json",
    undefined,
    /JSON/,
  ],
  [
    "a file of another kind",
    { "a.js": 'import d from "./d.css"; export default d;', "d.css": "" },
    "d.css",
    undefined,
    /only \.ts, \.js and \.json/,
  ],
  [
    "require of an ES module",
    { "a.cjs": 'require("./b.mjs")', "b.mjs": "export default 1" },
    "a.cjs",
    undefined,
    /cannot require b\.mjs, which is an ES module/,
  ],
];

for (const [behaviour, files, name, line, message] of refuses) {
  test(`refused with its place: ${behaviour}`, async (t) => {
    const problem = await problemOf(t, files);
    assert.match(problem.message, message);
    assert.deepEqual([problem.name, problem.line], [name, line]);
  });
}

test("a stack names the file and the line as written", async (t) => {
  const text = "interface X {\n  a: 1;\n}\nexport default () => {\n  throw new Error('x');\n};";
  const { default: fail } = await loadFirst(t, { "a.ts": text });
  assert.ok(typeof fail === "function");
  assert.throws(
    () => fail(),
    (error: Error) => /\/a\.ts:5:\d+/.test(error.stack ?? ""),
  );
});

test("import.meta speaks of the file itself", async (t) => {
  const folder = await makeFolder(t, {
    "a.ts": 'export default { ...import.meta, b: import.meta.resolve("./b.ts") };',
  });
  const path = join(folder.path, "a.ts");
  const { default: meta } = await new ModuleLoader().load(path);
  const { resolve, ...rest } = meta as Record<string, unknown>;
  assert.equal(typeof resolve, "function");
  assert.deepEqual(rest, {
    url: pathToFileURL(path).href,
    filename: path,
    dirname: folder.path,
    b: pathToFileURL(join(folder.path, "b.ts")).href,
  });
});

test("two files share one instance of what both import, and a save renews it for both", async (t) => {
  const folder = await makeFolder(t, {
    "_s.ts": "export const state = { n: 0 };",
    "a.ts": 'import { state } from "./_s.ts"; export default state;',
    "b.ts": 'import { state } from "./_s.ts"; export default state;',
  });
  const loader = new ModuleLoader();
  const load = async (name: string) => (await loader.load(join(folder.path, name))).default;
  const [a, b] = await Promise.all([load("a.ts"), load("b.ts")]);
  assert.equal(a, b);

  await folder.write("a.ts", 'import { state } from "./_s.ts"; export default { state };');
  const changed = await loader.graph.changedFiles();
  assert.deepEqual([...changed], [join(folder.path, "a.ts")]);
  loader.graph.invalidate(changed);
  assert.deepEqual(await load("a.ts"), { state: b });
  assert.equal(((await load("a.ts")) as { state: unknown }).state, await load("b.ts"));

  await folder.write("_s.ts", "export const state = { n: 1 };");
  loader.graph.invalidate(await loader.graph.changedFiles());
  assert.deepEqual(await load("b.ts"), { n: 1 });
});

test("files that import each other and are loaded at once do not wait for ever", async (t) => {
  const folder = await makeFolder(t, {
    "a.js": 'import "./b.js"; await 0; export default "a";',
    "b.js": 'import "./c.js"; await 0; export default "b";',
    "c.js": 'import "./a.js"; await 0; export default "c";',
  });
  const loader = new ModuleLoader();
  const names = ["a.js", "b.js", "c.js"];
  const loaded = await Promise.all(names.map((name) => loader.load(join(folder.path, name))));
  assert.deepEqual(
    loaded.map(({ default: value }) => value),
    ["a", "b", "c"],
  );
});

test("CommonJS that is being loaded can be required, and what failed is tried again", async (t) => {
  const folder = await makeFolder(t, {
    "a.cjs": 'module.exports = { a: true, b: require("./b.cjs").b };',
    "b.cjs": "exports.b = true;",
    "c.cjs": 'try { require("./d.cjs"); } catch {} module.exports = require("./d.cjs");',
    "d.cjs": 'throw new Error("on purpose");',
  });
  const loader = new ModuleLoader();
  const load = (name: string) => loader.load(join(folder.path, name));
  const [b, a] = await Promise.all([load("b.cjs"), load("a.cjs")]);
  assert.deepEqual([a.default, b.default], [{ a: true, b: true }, { b: true }]);
  await assert.rejects(load("c.cjs"), /on purpose/);
});

test("what failed is read again once its missing import is there", async (t) => {
  const folder = await makeFolder(t, { "a.ts": 'import { x } from "./b.ts"; export default x;' });
  const loader = new ModuleLoader();
  const path = join(folder.path, "a.ts");
  await assert.rejects(loader.load(path), LoadProblem);
  const b = await folder.write("b.ts", "export const x = 1;");
  const changed = await loader.graph.changedFiles();
  assert.deepEqual([...changed], [b]);
  loader.graph.invalidate(changed);
  assert.equal((await loader.load(path)).default, 1);
});

test("CommonJS requires a package that another handler is just importing", async (t) => {
  const packages = Array.from({ length: 20 }, (_, i) => `package-${i}`);
  const files: Record<string, string> = {
    "a.mjs": `${packages.map((name) => `const ${name.replace("-", "_")} = import("${name}");`).join("\n")}
      export default await ${packages[0]?.replace("-", "_")};`,
    "b.cjs": `module.exports = [${packages.map((name) => `require("${name}").name`).join(", ")}].length;`,
  };
  for (const name of packages) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({
      type: "module",
      exports: "./index.js",
    });
    files[`node_modules/${name}/index.js`] = `export { name } from "./name.js";`;
    files[`node_modules/${name}/name.js`] = `export const name = "${name}";`;
  }
  const folder = await makeFolder(t, files);
  const loader = new ModuleLoader();
  const [, common] = await Promise.all(
    ["a.mjs", "b.cjs"].map((name) => loader.load(join(folder.path, name))),
  );
  assert.equal(common?.default, 20);
});
