/**
 * The packed @trunkline/ws under the name of `ws`, loaded in each way that programs load `ws`: by
 * require, by import, by both, bundled, and under Jest. Always one class, never a warning.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import webpack from "webpack";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trunkline-forms-"));
/** Nothing lies above it that a bundle could still load. */
const bundles = mkdtempSync(join(tmpdir(), "trunkline-bundles-"));
const onWindows = process.platform === "win32";

/** A dependant in CommonJS, one in ES modules, and a program that uses both and makes a connection. */
const files = {
  "node_modules/dependant/package.json": '{ "name": "dependant", "main": "index.js" }',
  "node_modules/dependant/index.js": `
    const WebSocket = require("ws");
    const { Server, WebSocketServer } = require("ws");
    class Mine extends WebSocket {}
    module.exports = { WebSocket, Mine, Server, WebSocketServer };
  `,
  "node_modules/modern/package.json": '{ "name": "modern", "type": "module", "main": "index.js" }',
  "node_modules/modern/index.js": `
    import WebSocket, { WebSocketServer } from "ws";
    import * as all from "ws";
    export { WebSocket, WebSocketServer, all };
  `,
  "common.cjs": `
    const { WebSocket, Mine, Server } = require("dependant");
    const assert = require("node:assert");
    assert.equal(WebSocket, require("ws"));
    assert.equal(WebSocket.WebSocket, WebSocket);
    const server = new Server({ port: 0 }, () => {
      const client = new Mine("ws://127.0.0.1:" + server.address().port);
      client.on("message", (data) => {
        console.log(data.toString());
        client.close();
        server.close();
      });
    });
    server.on("connection", (socket) => socket.send("it talks"));
  `,
  "both.mjs": `
    import assert from "node:assert";
    import dependant from "dependant";
    import { all, WebSocket, WebSocketServer } from "modern";
    import Direct from "ws";
    assert.equal(dependant.WebSocket, WebSocket);
    assert.equal(Direct, WebSocket);
    assert.equal(dependant.Server, WebSocketServer);
    assert.equal(WebSocket.Server, WebSocketServer);
    assert.equal(all.WebSocket, WebSocket);
    import "./common.cjs";
  `,
  "some.test.js": `
    test("a dependant of ws talks", (done) => {
      const { WebSocket, Mine, Server } = require("dependant");
      expect(require("ws")).toBe(WebSocket);
      expect(new WebSocket(null)).toBeInstanceOf(WebSocket);
      const server = new Server({ port: 0 }, () => {
        const client = new Mine("ws://127.0.0.1:" + server.address().port);
        client.on("message", (data) => {
          expect(data.toString()).toBe("it talks");
          expect(Buffer.isBuffer(data)).toBe(true);
          client.close();
          server.close(done);
        });
      });
      server.on("connection", (socket) => socket.send(Buffer.from("it talks")));
    });
  `,
  "jest.config.json": '{ "transform": {}, "testEnvironment": "node", "injectGlobals": true }',
  "page.js":
    'const WebSocket = require("ws");\ntry { new WebSocket("ws://x"); } catch (error) { console.log(error.message); }',
};

before(async () => {
  const npm = (args, cwd) => execute("npm", args, { cwd, shell: onWindows, maxBuffer: 2 ** 25 });
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await npm([...pack, "./packages/trunkline", "./packages/ws"], root);
  const packed = Object.values(JSON.parse(stdout));
  const tarball = (name) =>
    `file:${join(folder, packed.find((one) => one.name === name).filename)}`;
  const manifest = {
    private: true,
    dependencies: { ws: tarball("@trunkline/ws"), trunkline: tarball("trunkline") },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  await npm(["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
after(() => {
  for (const path of [folder, bundles]) rmSync(path, { recursive: true, force: true });
});

/** Runs it, and holds it to what it prints and to silence on stderr. */
async function assertPrints(args, expected) {
  const { stdout, stderr } = await execute(process.execPath, args, { cwd: folder });
  assert.deepEqual([stdout, stderr], [expected, ""]);
}

describe("Node", () => {
  for (const name of ["common.cjs", "both.mjs"]) {
    test(`runs ${name}`, () => assertPrints([name], "it talks\n"));
  }
});

describe("esbuild", () => {
  for (const [name, format] of [
    ["common.cjs", "cjs"],
    ["both.mjs", "cjs"],
    ["both.mjs", "esm"],
  ]) {
    test(`bundles ${name} as ${format}`, async () => {
      const outfile = join(bundles, `esbuild-${name}.${format === "cjs" ? "cjs" : "mjs"}`);
      const require =
        'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
      const { warnings } = await build({
        absWorkingDir: folder,
        entryPoints: [name],
        bundle: true,
        platform: "node",
        format,
        outfile,
        logLevel: "silent",
        ...(format === "esm" && { banner: { js: require } }),
      });
      assert.deepEqual(warnings, []);
      await assertPrints([outfile], "it talks\n");
    });
  }

  test("gives a page what says that it is none", async () => {
    const outfile = join(bundles, "esbuild-page.cjs");
    await build({
      absWorkingDir: folder,
      entryPoints: ["page.js"],
      bundle: true,
      platform: "browser",
      outfile,
    });
    const message =
      "ws does not work in the browser. Browser clients must use the native WebSocket object\n";
    await assertPrints([outfile], message);
  });
});

describe("webpack", () => {
  for (const [name, mode] of [
    ["common.cjs", "development"],
    ["both.mjs", "production"],
  ]) {
    test(`bundles ${name} for ${mode}`, async () => {
      const stats = await new Promise((resolve, reject) => {
        const options = {
          context: folder,
          entry: `./${name}`,
          mode,
          target: "node20",
          output: { path: bundles, filename: `webpack-${name}.cjs` },
        };
        webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
      });
      const { errors, warnings } = stats.toJson({ errors: true, warnings: true });
      assert.deepEqual([errors, warnings], [[], []]);
      await assertPrints([join(bundles, `webpack-${name}.cjs`)], "it talks\n");
    });
  }
});

describe("Jest", () => {
  test("runs a test of a program that requires ws", async () => {
    const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
    const args = [jest, "--rootDir", folder, "--config", join(folder, "jest.config.json"), "--ci"];
    const { stderr } = await execute(process.execPath, args, { cwd: folder }).catch(
      (error) => error,
    );
    assert.match(stderr, /1 passed/);
    assert.doesNotMatch(stderr, /warn|did not exit/i);
  });
});
