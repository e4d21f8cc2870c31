import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as node from "./index.ts";

/** Every module that `file` imports, directly or not, and what none of them may import. */
function walk(file: URL, seen: Set<string>, foreign: string[]): void {
  if (seen.has(file.href)) return;
  seen.add(file.href);
  const source = readFileSync(file, "utf8");
  for (const [, specifier = ""] of source.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
    if (specifier.startsWith(".")) walk(new URL(specifier, file), seen, foreign);
    else foreign.push(specifier);
  }
}

test("the browser's entry imports nothing of Node", () => {
  const seen = new Set<string>();
  const foreign: string[] = [];
  walk(new URL("./browser.js", import.meta.url), seen, foreign);
  assert.deepEqual(foreign, []);
  // The walk did see what the entry imports.
  assert.ok([...seen].some((file) => file.endsWith("/dial-error.js")));
});

test("the walk finds what Node's entry imports", () => {
  const foreign: string[] = [];
  walk(new URL("./index.js", import.meta.url), new Set(), foreign);
  assert.ok(foreign.includes("node:http"));
});

test("the browser's entry has the names of Node's", async () => {
  const browser = await import("./browser.ts");
  assert.deepEqual(Object.keys(browser).sort(), Object.keys(node).sort());
});

test("in a browser terminate and close close, and ping, ref and unref do nothing", async () => {
  const { close, ping, ref, terminate, unref } = await import("./browser.ts");
  const calls: string[] = [];
  const socket = new Proxy({} as InstanceType<typeof globalThis.WebSocket>, {
    get: (_, name) => () => calls.push(String(name)),
  });
  assert.equal(await ping(socket), false);
  ref(socket);
  unref(socket);
  assert.deepEqual(calls, []);
  terminate(socket);
  close(socket, 1000);
  assert.deepEqual(calls, ["close", "close"]);
});

test("a class that a browser lacks throws when one is made, and is nobody's class", async () => {
  const { WebSocketError, WebSocketStream } = await import("./browser.ts");
  for (const [name, make] of [
    ["WebSocketStream", () => new WebSocketStream("ws://localhost")],
    ["WebSocketError", () => new WebSocketError()],
  ] as const) {
    assert.throws(make, (error) => {
      assert.ok(error instanceof DOMException);
      assert.equal(error.name, "NotSupportedError");
      assert.match(error.message, new RegExp(`has no ${name}: use WebSocket`));
      return true;
    });
  }
  assert.equal(new DOMException("", "WebSocketError") instanceof WebSocketError, false);
});
