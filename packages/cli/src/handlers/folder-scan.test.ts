import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { type ScanOptions, scanFolder } from "./folder-scan.ts";

async function scanned(root: string, options: ScanOptions = {}) {
  const { files, problems } = await scanFolder(root, options);
  return {
    files: files.map(({ path, resource }) => `${relative(root, path)} ${resource}`),
    problems: problems.map(({ path, message }) => `${relative(root, path)} ${message}`),
  };
}

test("files in folders become resources, helpers and packages do not", async (t) => {
  const { path } = await makeFolder(t, {
    "index.ts": "",
    "echo.ts": "",
    "chat/[room].mjs": "",
    "chat/_log.ts": "",
    "_lib/a.ts": "",
    "node_modules/x/index.js": "",
    "README.md": "",
  });
  const { files, problems } = await scanned(path);
  assert.deepEqual(files, ["index.ts /", "chat/[room].mjs /chat/[room]", "echo.ts /echo"]);
  assert.deepEqual(problems, []);
});

test("of two files for one resource the TypeScript one serves, and the line names both", async (t) => {
  const { path } = await makeFolder(t, {
    "echo.js": "",
    "echo.ts": "",
    "chat.ts": "",
    "chat/index.ts": "",
    "r/[a].ts": "",
    "r/[b].ts": "",
  });
  const { files, problems } = await scanned(path);
  assert.deepEqual(files, ["chat.ts /chat", "echo.ts /echo", "r/[a].ts /r/[a]"]);
  assert.deepEqual(problems, [
    "chat/index.ts answers /chat, which chat.ts answers already; chat.ts serves, remove or rename one",
    "r/[b].ts answers /r/[b], which r/[a].ts answers already; r/[a].ts serves, remove or rename one",
    "echo.js answers /echo, which echo.ts answers already; echo.ts serves, remove or rename one",
  ]);
});

test("a name that is no route is a problem, the others go on", async (t) => {
  const { path } = await makeFolder(t, { "x[y].ts": "", "ok.ts": "" });
  const { files, problems } = await scanned(path);
  assert.deepEqual(files, ["ok.ts /ok"]);
  assert.equal(problems.length, 1);
});

test("links inside the folder are followed, links out of it and in a circle are not", async (t) => {
  const outside = await makeFolder(t, { "secret.ts": "" });
  const { path } = await makeFolder(t, { "a/echo.ts": "" });
  await symlink(join(path, "a"), join(path, "b"));
  await symlink(path, join(path, "a", "loop"));
  await symlink(join(outside.path, "secret.ts"), join(path, "out.ts"));
  await symlink(join(path, "gone.ts"), join(path, "nowhere.ts"));
  const { files, problems } = await scanned(path);
  assert.deepEqual(files, ["a/echo.ts /a/echo", "b/echo.ts /b/echo"]);
  assert.deepEqual(problems, [
    "nowhere.ts is a link that leads nowhere",
    "out.ts is a link that leads out of the handlers folder",
  ]);
});

test("links out of the folder are followed where that is asked for, and still in no circle", async (t) => {
  const outside = await makeFolder(t, { "echo.ts": "", "more/a.ts": "" });
  const { path } = await makeFolder(t);
  await symlink(join(outside.path, "echo.ts"), join(path, "out.ts"));
  await symlink(outside.path, join(path, "all"));
  await symlink(outside.path, join(outside.path, "more", "loop"));
  const { files, problems } = await scanned(path, { followsLinksOut: true });
  assert.deepEqual(files, ["all/echo.ts /all/echo", "all/more/a.ts /all/more/a", "out.ts /out"]);
  assert.deepEqual(problems, []);
});

test("where one folder inside is asked for, only its files count, under the same resources", async (t) => {
  const { path } = await makeFolder(t, { "echo.ts": "", "chat/room.ts": "", "chat/b/c.ts": "" });
  const { files } = await scanned(path, { below: join(path, "chat") });
  assert.deepEqual(files, ["chat/b/c.ts /chat/b/c", "chat/room.ts /chat/room"]);
});

test("a folder that is not there is an error", async (t) => {
  const { path } = await makeFolder(t);
  await assert.rejects(scanFolder(join(path, "gone")), { code: "ENOENT" });
});
