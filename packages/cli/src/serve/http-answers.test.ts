import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Logger } from "../log.ts";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { createConsolePages } from "./console-pages.ts";
import { createHttpAnswers } from "./http-answers.ts";
import { fetchPath, type HttpAnswer } from "./running-command.test.util.ts";
import { createStaticFiles } from "./static-files.ts";

const QUIET: Logger = { error() {}, warn() {}, info() {}, debug() {} };

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly console?: "built" | "missing" | "off";
}

async function serveAnswers(t: TestContext, { files, console = "built" }: Given) {
  const folder = await makeFolder(t, {
    "console/index.html": "console",
    "console/assets/a.js": "script",
    ...Object.fromEntries(
      Object.entries(files ?? {}).map(([name, text]) => [`public/${name}`, text]),
    ),
  });
  const listener = createHttpAnswers({
    files: files && createStaticFiles({ root: join(folder.path, "public") }),
    console:
      console === "off"
        ? undefined
        : createConsolePages(join(folder.path, console === "built" ? "console" : "gone")),
    log: QUIET,
  });
  const server = createServer((request, response) =>
    listener(request, response, () => response.writeHead(299).end()),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return (path: string): Promise<HttpAnswer> => fetchPath(address.port, path);
}

test("the document root's index stands before the console, which keeps its own address", async (t) => {
  const get = await serveAnswers(t, { files: { "index.html": "home" } });
  assert.equal((await get("/")).body, "home");
  assert.equal((await get("/_trunkline/")).body, "console");
  assert.equal((await get("/_trunkline/assets/a.js")).body, "script");
});

test("without an index the console answers /", async (t) => {
  const get = await serveAnswers(t, { files: { "a.txt": "a" } });
  assert.equal((await get("/")).body, "console");
  assert.equal((await get("/a.txt")).body, "a");
  assert.equal((await get("/b.txt")).status, 299);
  assert.equal((await get("/_trunkline/gone")).status, 299);
  const slash = await get("/_trunkline");
  assert.deepEqual([slash.status, slash.headers.location], [301, "./_trunkline/"]);
});

test("a console that is not built says so", async (t) => {
  const get = await serveAnswers(t, { console: "missing" });
  for (const path of ["/", "/_trunkline/"]) {
    const { status, body } = await get(path);
    assert.equal(status, 404);
    assert.match(body, /not built: run "npm run build"/);
  }
});

test("without a console and without files everything is left to the library", async (t) => {
  const get = await serveAnswers(t, { console: "off" });
  for (const path of ["/", "/_trunkline/", "/echo"]) assert.equal((await get(path)).status, 299);
});
