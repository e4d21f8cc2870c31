import assert from "node:assert/strict";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { fetchPath, type HttpAnswer } from "./running-command.test.util.ts";
import { createStaticFiles } from "./static-files.ts";

type Options = Parameters<typeof fetchPath>[2];

const FILES = {
  "root/page.html": "<p>page",
  "root/a b.txt": "0123456789",
  "root/module.mjs": "",
  "root/app.wasm": "",
  "root/sub/index.html": "index of sub",
  "root/empty/.keep": "",
  "root/.secret": "dot",
  "root/.git/config": "dot",
  "root/hidden/x.txt": "hidden",
  "outside.txt": "outside",
};

/** Serves FILES/root, with its folder `hidden` kept back; what nobody answers is 299. */
async function serveFiles(t: TestContext) {
  const folder = await makeFolder(t, FILES);
  const root = join(folder.path, "root");
  await symlink(join(folder.path, "outside.txt"), join(root, "link.txt"));
  await symlink(folder.path, join(root, "up"));
  await symlink(join(root, "page.html"), join(root, "inside.html"));
  const files = createStaticFiles({ root, hidden: [join(root, "hidden")] });
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    files.answer(request, response, path).then(
      (isAnswered) => isAnswered || response.writeHead(299).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return (path: string, options?: Options): Promise<HttpAnswer> =>
    fetchPath(address.port, path, options);
}

test("a file comes with its type, its length and validators", async (t) => {
  const get = await serveFiles(t);
  const { status, body, headers } = await get("/page.html?x=1");
  assert.deepEqual([status, body], [200, "<p>page"]);
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.equal(headers["content-length"], "7");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.ok(headers.etag && headers["last-modified"]);
  assert.match((await get("/module.mjs")).headers["content-type"] ?? "", /^text\/javascript/);
  assert.equal((await get("/app.wasm")).headers["content-type"], "application/wasm");
  assert.equal((await get("/inside.html")).body, "<p>page");
});

test("HEAD has the headers and no body, other methods are not ours", async (t) => {
  const get = await serveFiles(t);
  const head = await get("/page.html", { method: "HEAD" });
  assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", "7"]);
  assert.equal((await get("/page.html", { method: "POST" })).status, 299);
});

test("ranges are answered with their part, impossible ones with 416", async (t) => {
  const get = await serveFiles(t);
  const range = (value: string) => get("/a%20b.txt", { headers: { Range: value } });
  const part = await range("bytes=2-4");
  assert.deepEqual(
    [part.status, part.body, part.headers["content-range"]],
    [206, "234", "bytes 2-4/10"],
  );
  assert.equal((await range("bytes=-3")).body, "789");
  assert.equal((await range("bytes=8-")).body, "89");
  const beyond = await range("bytes=20-");
  assert.deepEqual([beyond.status, beyond.headers["content-range"]], [416, "bytes */10"]);
});

test("conditional requests are answered with 304, 412 or the whole", async (t) => {
  const get = await serveFiles(t);
  const { headers } = await get("/a%20b.txt");
  const etag = headers.etag ?? "";
  const modified = headers["last-modified"] ?? "";
  const ask = async (asked: Readonly<Record<string, string>>) =>
    (await get("/a%20b.txt", { headers: asked })).status;
  assert.equal(await ask({ "If-None-Match": etag }), 304);
  assert.equal(await ask({ "If-None-Match": '"other"' }), 200);
  assert.equal(await ask({ "If-Modified-Since": modified }), 304);
  assert.equal(await ask({ "If-Match": '"other"' }), 412);
  assert.equal(await ask({ Range: "bytes=0-1", "If-Range": etag }), 206);
  assert.equal(await ask({ Range: "bytes=0-1", "If-Range": '"other"' }), 200);
});

test("a folder gives its index, and without its slash a redirect that adds it", async (t) => {
  const get = await serveFiles(t);
  assert.equal((await get("/sub/")).body, "index of sub");
  const redirected = await get("/sub?x=1");
  assert.deepEqual([redirected.status, redirected.headers.location], [301, "./sub/?x=1"]);
  assert.equal((await get("/empty/")).status, 299);
  assert.equal((await get("/empty")).status, 299);
});

const refused = [
  "/../outside.txt",
  "/sub/../../outside.txt",
  "/%2e%2e/outside.txt",
  "/..%2foutside.txt",
  "/%2e%2e%2foutside.txt",
  "/..%5coutside.txt",
  "/sub%2f..%2f..%2foutside.txt",
  "/page.html%00",
  "/%00",
  "/%",
  "/%ff",
  "//page.html",
  "//sub",
  "/sub//index.html",
  "/.secret",
  "/.git/config",
  "/%2egit/config",
  "/./page.html",
  "/link.txt",
  "/up/outside.txt",
  "/up/root/page.html/../../outside.txt",
  "/hidden/x.txt",
  "/hidden%2fx.txt",
  "/up/root/hidden/x.txt",
  "/page.html/",
  "/gone.html",
  "*",
];

for (const path of refused) {
  test(`nothing is served for ${path}`, async (t) => {
    const get = await serveFiles(t);
    assert.equal((await get(path)).status, 299);
  });
}
