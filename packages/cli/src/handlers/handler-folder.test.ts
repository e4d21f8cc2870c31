import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Logger } from "../log.ts";
import { makeFolder, type TemporaryFolder } from "../temporary-folder.test.util.ts";
import {
  type HandlerFolder,
  type HandlerFolderOptions,
  openHandlerFolder,
} from "./handler-folder.ts";
import type { HandlerRoutes } from "./handler-table.ts";

interface Opened {
  readonly folder: HandlerFolder;
  readonly files: TemporaryFolder;
  readonly lines: string[];
  /** Settles at the next log line that matches. */
  logged(pattern: RegExp): Promise<string>;
  /** What the handler's `open` answers now, or 503. */
  ask(resource: string): Promise<unknown>;
}

async function openFolder(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: Partial<HandlerFolderOptions> = {},
): Promise<Opened> {
  const temporary = await makeFolder(t, files);
  const { lines, log, logged } = makeLog();
  let routes: HandlerRoutes = {};
  const onRoutes = (changed: HandlerRoutes) => {
    routes = changed;
  };
  const root = join(temporary.path, "h");
  await mkdir(root, { recursive: true });
  const folder = await openHandlerFolder({ root, log, onRoutes, ...options });
  t.after(() => folder.close());
  routes = folder.routes;
  return { folder, files: temporary, lines, logged, ask: (resource) => ask(routes[resource]) };
}

interface Askable {
  open?(): unknown;
  upgrade?(): Response;
}

async function ask(handler: Askable | undefined): Promise<unknown> {
  if (handler === undefined) return undefined;
  return handler.open ? handler.open() : handler.upgrade?.().status;
}

function makeLog() {
  const lines: string[] = [];
  const waiting: { readonly pattern: RegExp; resolve(line: string): void }[] = [];
  const add = (...args: readonly unknown[]) => {
    const line = args.join(" ");
    lines.push(line);
    for (const one of waiting.filter(({ pattern }) => pattern.test(line))) one.resolve(line);
  };
  const log: Logger = { error: add, warn: add, info: add, debug: () => {} };
  const logged = (pattern: RegExp) =>
    new Promise<string>((resolve) => waiting.push({ pattern, resolve }));
  return { lines, log, logged };
}

const handler = (answer: string) => `export default { open: (): string => ${answer} };`;

test("each file answers its resource", async (t) => {
  const { folder, ask, lines } = await openFolder(t, {
    "h/a.ts": handler('"a"'),
    "h/b/index.js": 'module.exports = { open: () => "b" };',
  });
  assert.deepEqual(Object.keys(folder.routes), ["/a", "/b"]);
  assert.equal(await ask("/a"), "a");
  assert.equal(await ask("/b"), "b");
  assert.deepEqual(lines, []);
});

test("a save reloads the handler, with its state anew, and no other", async (t) => {
  const counting = "let n = 0; export default { open: () => ++n };";
  const { files, ask, logged } = await openFolder(t, { "h/a.ts": counting, "h/b.ts": counting });
  assert.deepEqual([await ask("/a"), await ask("/a"), await ask("/b")], [1, 2, 1]);
  const loaded = logged(/^\/a loaded from .*a\.ts$/);
  await files.write("h/a.ts", `${counting}// saved`);
  await loaded;
  assert.deepEqual([await ask("/a"), await ask("/b")], [1, 2]);
});

test("a save of an imported file, also outside the folder, reloads what imports it", async (t) => {
  const { files, ask, logged } = await openFolder(t, {
    "h/a.ts": `import { x } from "../lib/x.ts"; ${handler("x")}`,
    "lib/x.ts": 'export { y as x } from "./y.ts";',
    "lib/y.ts": 'export const y = "old";',
  });
  assert.equal(await ask("/a"), "old");
  const loaded = logged(/^\/a loaded/);
  await files.write("lib/y.ts", 'export const y = "new";');
  await loaded;
  assert.equal(await ask("/a"), "new");
});

test("a save by rename is a save", async (t) => {
  const { files, ask, logged } = await openFolder(t, { "h/a.ts": handler('"old"') });
  const loaded = logged(/^\/a loaded/);
  const other = await files.write("h/.a.ts.swp", handler('"new"'));
  await rename(other, join(files.path, "h/a.ts"));
  await loaded;
  assert.equal(await ask("/a"), "new");
});

test("files that come and go add and remove their resources", async (t) => {
  const { files, ask, logged } = await openFolder(t, { "h/a.ts": handler('"a"') });
  const added = logged(/^\/new\/b loaded/);
  await files.write("h/new/b.ts", handler('"b"'));
  await added;
  assert.equal(await ask("/new/b"), "b");
  const removed = logged(/^\/a is gone with/);
  await files.remove("h/a.ts");
  await removed;
  assert.equal(await ask("/a"), undefined);
});

test("broken at the start: 503 with the place in the log, until mended", async (t) => {
  const { files, ask, lines, logged } = await openFolder(t, {
    "h/a.ts": "export default {\n  open(): string {\n    return ;;]\n  }\n};",
    "h/b.ts": handler('"b"'),
  });
  assert.equal(await ask("/a"), 503);
  assert.equal(await ask("/b"), "b");
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /h\/a\.ts:3:\d+: SyntaxError: .*; \/a answers 503 until it is mended$/,
  );
  const mended = logged(/^\/a loaded/);
  await files.write("h/a.ts", handler('"a"'));
  await mended;
  assert.equal(await ask("/a"), "a");
});

test("broken on a later save: the last good version goes on, and the log says why", async (t) => {
  const { files, ask, logged } = await openFolder(t, { "h/a.ts": handler('"good"') });
  const broken = logged(/h\/a\.ts:2/);
  await files.write("h/a.ts", 'const a = 1;\nthrow new Error("on purpose");');
  assert.match(await broken, /Error: on purpose; the last good version goes on serving \/a$/);
  assert.equal(await ask("/a"), "good");
  const mended = logged(/^\/a loaded/);
  await files.write("h/a.ts", handler('"better"'));
  await mended;
  assert.equal(await ask("/a"), "better");
});

test("a missing import is mended by the file that was missing", async (t) => {
  const { files, ask, lines, logged } = await openFolder(t, {
    "h/a.ts": `\nimport { x } from "./_x.ts";\n${handler("x")}`,
  });
  assert.match(lines[0] ?? "", /h\/a\.ts:2: cannot find "\.\/_x\.ts"/);
  const mended = logged(/^\/a loaded/);
  await files.write("h/_x.ts", 'export const x = "here";');
  await mended;
  assert.equal(await ask("/a"), "here");
});

test("an export of another shape is told with its line", async (t) => {
  const { ask, lines } = await openFolder(t, {
    "h/a.ts": "const a = 1;\nexport default a;",
    "h/b.ts": "export const open = 1;",
  });
  lines.sort();
  assert.match(lines[0] ?? "", /h\/a\.ts:2: the default export is a number; .*503/);
  assert.match(lines[1] ?? "", /h\/b\.ts:1: no default export \(it exports open\); .*503/);
  assert.deepEqual([await ask("/a"), await ask("/b")], [503, 503]);
});

test("what the library would not take is broken too", async (t) => {
  const check = () => {
    throw new TypeError('a handler has no "massage"');
  };
  const { ask, lines } = await openFolder(t, { "h/a.ts": handler('"a"') }, { check });
  assert.match(lines[0] ?? "", /h\/a\.ts:1: a handler has no "massage"; \/a answers 503/);
  assert.equal(await ask("/a"), 503);
});

test("a handler that does not finish loading holds up neither the start nor another's save", async (t) => {
  const onCheck = new EventEmitter();
  const { files, ask, lines, logged } = await openFolder(
    t,
    { "h/a.ts": `await new Promise(() => {}); ${handler('"a"')}`, "h/b.ts": handler('"old"') },
    {
      check: () => void onCheck.emit("check"),
      // The other one has loaded; the turn after that it has been taken in.
      patience: () => once(onCheck, "check").then(() => new Promise((turn) => setImmediate(turn))),
    },
  );
  assert.match(lines.join("\n"), /h\/a\.ts is still loading .*\/a answers 503/);
  assert.equal(await ask("/a"), 503);
  const saved = logged(/^\/b loaded from/);
  await files.write("h/b.ts", handler('"new"'));
  await saved;
  const mended = logged(/^\/a loaded/);
  await files.write("h/a.ts", handler('"a"'));
  await mended;
  assert.deepEqual([await ask("/a"), await ask("/b")], ["a", "new"]);
});

test("a folder that is removed and comes back is followed again", async (t) => {
  const { files, ask, logged } = await openFolder(t, { "h/a.ts": handler('"old"') });
  const told = logged(/h is gone; it is looked for until it comes back$/);
  const gone = logged(/^\/a is gone/);
  await rm(join(files.path, "h"), { recursive: true });
  await Promise.all([told, gone]);
  assert.equal(await ask("/a"), undefined);
  const back = logged(/^\/a loaded/);
  await files.write("h/a.ts", handler('"new"'));
  await back;
  assert.equal(await ask("/a"), "new");
});

test("two files for one resource are told once, at the start", async (t) => {
  const { folder, lines } = await openFolder(t, {
    "h/a.ts": handler('"ts"'),
    "h/a.js": handler('"js"').replace(": string", ""),
  });
  assert.match(lines.join("\n"), /^\S*h\/a\.js answers \/a, which a\.ts answers already/);
  await folder.look();
  assert.equal(lines.length, 1);
});
