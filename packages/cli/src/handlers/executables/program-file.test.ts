import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { test } from "node:test";
import { makeFolder } from "../../temporary-folder.test.util.ts";
import { findFault, isProgram } from "./program-file.ts";

const PATH = process.env.PATH ?? "";

test("a program has its run bit, or the line that says it should", async (t) => {
  const { path, write } = await makeFolder(t, { "run.sh": "#!/bin/sh\n", "notes.md": "#! no\n" });
  await chmod(await write("binary", "\x7fELF"), 0o755);
  await chmod(await write("forgot.sh", "#!/bin/sh\n"), 0o644);
  await chmod(`${path}/notes.md`, 0o644);
  await write("data.json", "{}");
  const found: string[] = [];
  for (const name of ["run.sh", "binary", "forgot.sh", "notes.md", "data.json", "gone"]) {
    if (await isProgram(`${path}/${name}`)) found.push(name);
  }
  assert.deepEqual(found, ["run.sh", "binary", "forgot.sh", "notes.md"]);
});

const faults: readonly (readonly [string, RegExp | undefined])[] = [
  ["#!/bin/sh\n", undefined],
  ["#!/usr/bin/env sh\n", undefined],
  ["#! /usr/bin/env -S sh -e\n", undefined],
  ["#!/no/such/interpreter -x\n", /^its interpreter \/no\/such\/interpreter is not there$/],
  ["#!/usr/bin/env no-such-program\n", /^its interpreter no-such-program is not on the PATH$/],
];

for (const [text, fault] of faults) {
  test(`${JSON.stringify(text)} ${fault ? "is told" : "can be run"}`, async (t) => {
    const { write } = await makeFolder(t);
    const found = await findFault(await write("a", text), PATH);
    if (fault) assert.match(found ?? "", fault);
    else assert.equal(found, undefined);
  });
}

test("a missing run bit is told before anything else", async (t) => {
  const { write } = await makeFolder(t);
  const file = await write("a", "#!/no/such/interpreter\n");
  await chmod(file, 0o644);
  assert.match((await findFault(file, PATH)) ?? "", /^has no run bit: chmod \+x/);
});
