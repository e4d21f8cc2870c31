import assert from "node:assert/strict";
import { it } from "node:test";
import { compileAll } from "./route.ts";
import { readSettings } from "./settings.ts";

const { connection } = readSettings({ routes: {} });
const compile = (routes: unknown): ReturnType<typeof compileAll> =>
  compileAll(routes, new Set(["https://ours.example"]), connection);

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

const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
  ["no routes", undefined, /^"routes" must be an object of handlers by path/],
  ["null", null, /^"routes" must be an object/],
  ["a function", () => {}, /^"routes" must be an object/],
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
