import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { LogFile, openLogFile } from "./log-file.ts";

function makeFallback() {
  const texts: string[] = [];
  return { texts, write: (text: string) => void texts.push(text) };
}

test("lines go to the file, behind what it has", async (t) => {
  const folder = await makeFolder(t, { "s.log": "before\n" });
  const fallback = makeFallback();
  const path = join(folder.path, "s.log");
  const log = await openLogFile({ path, maxSize: 1000, count: 5, fallback });
  log.write("one\n");
  log.write("two\n");
  await log.close();
  assert.equal(await readFile(path, "utf8"), "before\none\ntwo\n");
  assert.deepEqual(fallback.texts, []);
});

test("a file that has its size is begun anew, and as many older ones are kept as were asked for", async (t) => {
  const folder = await makeFolder(t);
  const path = join(folder.path, "s.log");
  for (const letter of ["a", "b", "c", "d", "e"]) {
    const log = await openLogFile({ path, maxSize: 10, count: 2, fallback: makeFallback() });
    log.write(`${letter.repeat(9)}\n`);
    await log.close();
  }
  const names = (await readdir(folder.path)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder.path, name), "utf8")));
  assert.ok(names.length <= 3, names.join());
  assert.deepEqual(names.slice(-2), ["s.log.1", "s.log.2"]);
  assert.match(texts.join(""), /eeeeeeeee\n/);
  assert.doesNotMatch(texts.join(""), /a|b/);
});

for (const [maxSize, count] of [
  [0, 5],
  [10, 0],
] as const) {
  test(`with ${maxSize} bytes and ${count} older files it is one file without end`, async (t) => {
    const folder = await makeFolder(t);
    const path = join(folder.path, "s.log");
    const log = await openLogFile({ path, maxSize, count, fallback: makeFallback() });
    for (let at = 0; at < 10; at++) log.write("0123456789\n");
    await log.close();
    assert.deepEqual(await readdir(folder.path), ["s.log"]);
    assert.equal((await readFile(path, "utf8")).length, 110);
  });
}

test("a full disk is told once, and no line is lost", async () => {
  const fallback = makeFallback();
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  let room = 2;
  const taken: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      if (room-- === 0) return done(full);
      taken.push(text);
      done();
    },
  });
  const broken = new Promise((resolve) => stream.once("close", resolve));
  const log = new LogFile("s.log", stream, fallback);
  for (const text of ["1\n", "2\n", "3\n", "4\n"]) log.write(text);
  await broken;
  log.write("5\n");
  await log.close();
  assert.deepEqual(taken, ["1\n", "2\n"]);
  assert.deepEqual(fallback.texts, [
    "trunkline: cannot write the log file s.log: the disk is full; the log goes on here\n",
    "3\n",
    "4\n",
    "5\n",
  ]);
});

for (const [path, why] of [
  ["d", "it is not a file"],
  ["d/x/s.log", "it is not a folder"],
] as const) {
  test(`${path}, which cannot be opened, is told before anything is logged`, async (t) => {
    const folder = await makeFolder(t, { "d/x": "" });
    const fallback = makeFallback();
    const full = join(folder.path, path);
    await assert.rejects(openLogFile({ path: full, maxSize: 10, count: 1, fallback }), {
      exitCode: 1,
      message: `the log file ${full} cannot be written: ${why}`,
    });
    assert.deepEqual(fallback.texts, []);
  });
}

test("folders on the way to the file are made", async (t) => {
  const folder = await makeFolder(t);
  const path = join(folder.path, "a/b/s.log");
  const log = await openLogFile({ path, maxSize: 10, count: 1, fallback: makeFallback() });
  await log.close();
  assert.equal(await readFile(path, "utf8"), "");
});
