import assert from "node:assert/strict";
import { it } from "node:test";
import { compileAll } from "./route.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings({ routes: {} });
const { connection } = settings;
const compile = (routes: unknown): ReturnType<typeof compileAll> =>
  compileAll(routes, new Set(["https://ours.example"]), settings);

it("a route has its handler, the origins of server and handler, and the server's settings", () => {
  const handler = { open() {}, origins: ["https://its.example"] };
  const route = compile({ "/a/[b]": handler }).match("/a/x")?.handler;
  assert.equal(route?.pattern, "/a/[b]");
  assert.equal(route?.handler, handler);
  assert.deepEqual(route?.origins, new Set(["https://ours.example", "https://its.example"]));
  assert.equal(route?.connection, connection);
});

it("a handler's maxMessageSize is its own route's alone", () => {
  const table = compile({ "/small": { open() {}, maxMessageSize: 5 }, "/other": { open() {} } });
  assert.deepEqual(table.match("/small")?.handler.connection, { ...connection, maxMessageSize: 5 });
  assert.equal(table.match("/other")?.handler.connection, connection);
});

it("a handler's compression is the server's, its own fields over it, or none", () => {
  const { deflate } = settings;
  const routes = {
    "/same": { open() {} },
    "/on": { open() {}, perMessageDeflate: true },
    "/own": { open() {}, perMessageDeflate: { threshold: 5 } },
    "/off": { open() {}, perMessageDeflate: false },
  };
  const of = (path: string, table = compile(routes)): unknown => table.match(path)?.handler.deflate;
  assert.equal(of("/same"), deflate);
  assert.equal(of("/on"), deflate);
  assert.deepEqual(of("/own"), { ...deflate, threshold: 5 });
  assert.equal(of("/off"), undefined);
  const without = compileAll(routes, new Set(), { connection, deflate: undefined });
  assert.equal(of("/same", without), undefined);
  assert.equal(of("/on", without), deflate);
});

it("a context is never taken over where a queued message may be dropped", () => {
  const takeover = { serverNoContextTakeover: false };
  const options = { overflow: "drop-oldest", perMessageDeflate: takeover } as const;
  const routes = {
    "/a": { open() {} },
    "/b": { open() {}, perMessageDeflate: takeover },
    "/c": { open() {}, perMessageDeflate: false },
  };
  const table = compileAll(routes, new Set(), readSettings({ routes: {}, ...options }));
  const alone = ["/a", "/b", "/c"].map(
    (path) => table.match(path)?.handler.deflate?.serverNoContextTakeover,
  );
  assert.deepEqual(alone, [true, true, undefined]);
  const kept = compileAll(
    routes,
    new Set(),
    readSettings({ routes: {}, perMessageDeflate: takeover }),
  );
  assert.equal(kept.match("/a")?.handler.deflate?.serverNoContextTakeover, false);
});

const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
  ["no routes", undefined, /^"routes" must be an object of handlers by path/],
  ["null", null, /^"routes" must be an object/],
  ["a function", () => {}, /^"routes" must be an object/],
  [
    "a compression that is none",
    { "/a": { open() {}, perMessageDeflate: { level: 10 } } },
    /^route "\/a": the handler's "perMessageDeflate": "level" must be a whole number from 0 to 9$/,
  ],
  [
    "a handler that is none",
    { "/a": 5 },
    /^route "\/a": a handler is an object or an async function, not 5$/,
  ],
  [
    "an origin that is none",
    { "/a": { open() {}, origins: ["example.com"] } },
    /^route "\/a": origins\[0\] is "example.com"/,
  ],
  [
    "origins that are no list",
    { "/a": { open() {}, origins: "https://a.example" } },
    /^route "\/a": "origins" is/,
  ],
  ["a path without a slash", { echo: { open() {} } }, /^The route "echo" must begin with a slash/],
  [
    "two routes for the same paths",
    { "/[a]": { open() {} }, "/[b]": { open() {} } },
    /match the same paths/,
  ],
];
for (const [what, routes, message] of mistakes) {
  it(`a mistake names its route: ${what}`, () => {
    assert.throws(() => compile(routes), { name: "TypeError", message });
  });
}
