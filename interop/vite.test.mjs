/** A Vite dev server with our sockets on its HTTP server: its HMR goes on, and so do ours. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { SocketServer, WebSocket } from "trunkline";
import { createServer } from "vite";
import { assertSame, Talk } from "./support/events.mjs";
import { socketUrl, startHttp } from "./support/http-server.mjs";

const routes = { "/echo": { message: (socket, data) => socket.send(data) } };

/** A page with one module that accepts its own updates. */
async function makePage(context) {
  const root = await mkdtemp(join(tmpdir(), "trunkline-vite-"));
  context.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, "index.html"), `<script type="module" src="/main.js"></script>`);
  await writeFile(join(root, "main.js"), moduleSaying("one"));
  return root;
}

function moduleSaying(word) {
  return `export const word = "${word}";\nimport.meta.hot.accept();\n`;
}

async function startVite(context, root, server) {
  const options = { root, configFile: false, logLevel: "silent", clearScreen: false, server };
  const vite = await createServer({ ...options, optimizeDeps: { noDiscovery: true } });
  context.after(() => vite.close());
  return vite;
}

function attachOurs(context, http) {
  const sockets = new SocketServer({ routes, logger: {} });
  sockets.attach(http);
  context.after(() => sockets.close({ timeout: 0 }));
  return sockets;
}

/** As Vite's own page does: the token is in the client's source. */
async function connectToHmr(origin) {
  const client = await (await fetch(`${origin}/@vite/client`)).text();
  const [, token] = /wsToken = "([^"]+)"/.exec(client) ?? assert.fail("Vite's client has no token");
  const options = { protocols: ["vite-hmr"], headers: { Origin: origin } };
  const talk = await Talk.open(new WebSocket(socketUrl(origin, `/?token=${token}`), options));
  assert.equal(JSON.parse(await talk.messages.next()).type, "connected");
  return talk;
}

/** Loads the module, changes it, and waits for what Vite tells the page. */
async function changeModule(origin, root, hmr) {
  const source = await (await fetch(`${origin}/main.js`)).text();
  assert.match(source, /word = "one"/);
  await writeFile(join(root, "main.js"), moduleSaying("two"));
  for (;;) {
    const message = JSON.parse(await hmr.messages.next());
    if (message.type === "update") return message.updates[0];
    assert.equal(message.type, "ping", "Vite says something else than that the module changed");
  }
}

async function assertBothWork(origin, root) {
  const hmr = await connectToHmr(origin);
  const ours = await Talk.open(new WebSocket(socketUrl(origin, "/echo")));
  assertSame(await ours.ask("before"), "before");
  const update = await changeModule(origin, root, hmr);
  assert.equal(update.path, "/main.js");
  assert.match(await (await fetch(`${origin}/main.js`)).text(), /word = "two"/);
  assertSame(await ours.ask("after"), "after");
}

describe("a Vite dev server beside ours", () => {
  test("our sockets on Vite's own server leave its HMR alive", async (context) => {
    const root = await makePage(context);
    const vite = await startVite(context, root, { host: "127.0.0.1", port: 0 });
    attachOurs(context, vite.httpServer);
    await vite.listen();
    await assertBothWork(`http://127.0.0.1:${vite.httpServer.address().port}`, root);
  });

  test("Vite as middleware, with HMR on the application's server, after ours", async (context) => {
    const root = await makePage(context);
    let vite;
    const { server, origin } = await startHttp(context, (request, response) =>
      vite.middlewares(request, response),
    );
    attachOurs(context, server);
    vite = await startVite(context, root, { middlewareMode: true, hmr: { server } });
    await assertBothWork(origin, root);
  });

  test("closing ours leaves Vite's HMR alone", async (context) => {
    const root = await makePage(context);
    const vite = await startVite(context, root, { host: "127.0.0.1", port: 0 });
    const sockets = attachOurs(context, vite.httpServer);
    await vite.listen();
    const origin = `http://127.0.0.1:${vite.httpServer.address().port}`;
    const hmr = await connectToHmr(origin);
    await sockets.close();
    assert.equal((await changeModule(origin, root, hmr)).path, "/main.js");
  });
});
