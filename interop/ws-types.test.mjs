/** The types: what compiles with `@types/ws` compiles with ours, under each kind of resolution. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
const ours = join(root, "packages/trunkline/ws");

const kinds = {
  nodenext: { module: "nodenext", files: ["usage.mts", "usage.cts"] },
  bundler: { module: "preserve", moduleResolution: "bundler", files: ["usage.mts"] },
};

/** A tsconfig beside the programs, so that `ws` is found from there. */
function compile(context, { files, ...options }, types, program) {
  const folder = mkdtempSync(join(here, "ws-types/.try-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const config = {
    compilerOptions: {
      noEmit: true,
      strict: true,
      target: "es2023",
      lib: ["es2023", "dom"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      paths: types === undefined ? {} : { ws: [types] },
      ...options,
    },
    files: program === undefined ? files.map((name) => join(here, "ws-types", name)) : [program],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return run(folder);
}

function run(folder) {
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, "-p", folder], (_error, stdout) => resolve(stdout));
  });
}

for (const [kind, options] of Object.entries(kinds)) {
  describe(`programs for ws, resolved as ${kind}`, () => {
    test("compile with @types/ws", async (t) => {
      assert.equal(await compile(t, options), "");
    });

    test("compile with ours", async (t) => {
      for (const file of options.files) {
        const types = join(ours, file.endsWith(".mts") ? "index.d.mts" : "index.d.cts");
        assert.equal(await compile(t, { ...options, files: [file] }, types), "");
      }
    });

    test("do not compile when they are wrong", async (t) => {
      const program = join(mkdtempSync(join(here, "ws-types/.try-")), "wrong.mts");
      t.after(() => rmSync(join(program, ".."), { recursive: true }));
      writeFileSync(
        program,
        'import { WebSocket } from "ws";\nconst s = new WebSocket("ws://x");\ns.send(undefined);\n' +
          's.on("close", (code: string) => code);\n',
      );
      const said = await compile(t, options, join(ours, "index.d.mts"), program);
      assert.match(said, /wrong\.mts\(3,/);
    });
  });
}
