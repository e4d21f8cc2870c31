import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRoutes, pathOf, type RouteParams } from "./routes.ts";

fc.configureGlobal({ seed: 6455 });

// The compiler checks these: an assertion that does not hold is an error at `true`.
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export const typeTests: {
  readonly none: Same<keyof RouteParams<"/echo">, never>;
  readonly root: Same<keyof RouteParams<"/">, never>;
  readonly one: Same<RouteParams<"/room/[name]">, { readonly name: string }>;
  readonly first: Same<RouteParams<"/[room]/log">, { readonly room: string }>;
  readonly two: Same<
    RouteParams<"/[room]/[user]">,
    { readonly room: string; readonly user: string }
  >;
  readonly rest: Same<RouteParams<"/a/[...path]">, { readonly path: string }>;
  readonly mixed: Same<RouteParams<"/[a]/x/[...b]">, { readonly a: string; readonly b: string }>;
  readonly unknown: Same<RouteParams<string>, Readonly<Record<string, string>>>;
} = {
  none: true,
  root: true,
  one: true,
  first: true,
  two: true,
  rest: true,
  mixed: true,
  unknown: true,
};

/** A table whose handlers are the patterns. */
function table(...patterns: readonly string[]) {
  return compileRoutes(patterns.map((pattern) => [pattern, `handler of ${pattern}`] as const));
}

type Params = Readonly<Record<string, string>>;

const matches: ReadonlyArray<readonly [pattern: string, path: string, params: Params | undefined]> =
  [
    ["/", "/", {}],
    ["/", "", undefined],
    ["/", "//", undefined],
    ["/echo", "/echo", {}],
    ["/echo", "/Echo", undefined],
    ["/echo", "/echo/", undefined],
    ["/echo/", "/echo", undefined],
    ["/echo/", "/echo/", {}],
    ["/echo", "//echo", undefined],
    ["/echo", "echo", undefined],
    ["/echo", "/ech%6F", {}],
    ["/echo", "/ech%6", undefined],
    ["/echo", "/%zz", undefined],
    ["/echo", "/./echo", undefined],
    ["/echo", "/x/../echo", undefined],
    ["/echo", "/%2e/echo", undefined],
    ["/a/b", "/a/b", {}],
    ["/a/b", "/a%2Fb", undefined],
    ["/a b", "/a%20b", {}],
    ["/caf\u00e9", "/caf%C3%A9", {}],
    ["/caf\u00e9", "/caf%E9", undefined],
    ["/100%", "/100%25", {}],
    ["/100%", "/100%", undefined],
    ["/a%62", "/ab", undefined],
    ["/a%62", "/a%2562", {}],
    ["/a%62", "/a%62", undefined],
    ["/__proto__", "/__proto__", {}],
    ["/echo", "/__proto__", undefined],
    ["/echo", "/constructor", undefined],
    ["/room/[name]", "/room/a", { name: "a" }],
    ["/room/[name]", "/room/__proto__", { name: "__proto__" }],
    ["/room/[name]", "/room/", undefined],
    ["/room/[name]", "/room", undefined],
    ["/room/[name]", "/room/a/", undefined],
    ["/room/[name]", "/room/a/b", undefined],
    ["/room/[name]", "/room//a", undefined],
    ["/room/[name]", "/room/.", undefined],
    ["/room/[name]", "/room/..", undefined],
    ["/room/[name]", "/room/%2E%2e", undefined],
    ["/room/[name]", "/room/...", { name: "..." }],
    ["/room/[name]", "/room/%20", { name: " " }],
    ["/room/[name]", "/room/a%2Fb", { name: "a/b" }],
    ["/room/[name]", "/room/%E4%BD%A0", { name: "\u4f60" }],
    ["/room/[name]", "/room/a%", undefined],
    ["/room/[name]", "/room/%C0%AF", undefined],
    ["/room/[name]", "/room/%ED%A0%80", undefined],
    ["/room/[name]", "/%72oom/a", { name: "a" }],
    ["/room/[name]/", "/room/a/", { name: "a" }],
    ["/room/[name]/", "/room/a", undefined],
    ["/[a]/x/[b]", "/1/x/2", { a: "1", b: "2" }],
    ["/[a]/x/[b]", "/1/y/2", undefined],
    ["/[constructor]", "/a", { constructor: "a" }],
    ["/[user-id]", "/7", { "user-id": "7" }],
    ["/f/[...rest]", "/f/a", { rest: "a" }],
    ["/f/[...rest]", "/f/a/b/c", { rest: "a/b/c" }],
    ["/f/[...rest]", "/f/a%20b/c", { rest: "a b/c" }],
    ["/f/[...rest]", "/f", undefined],
    ["/f/[...rest]", "/f/", undefined],
    ["/f/[...rest]", "/f/a/", undefined],
    ["/f/[...rest]", "/f/a//b", undefined],
    ["/f/[...rest]", "/f/a/../b", undefined],
    ["/f/[...rest]", "/f/a/%2e%2e/b", undefined],
    ["/f/[...rest]", "/f/a%2F..%2Fb", undefined],
    ["/[...rest]", "/a/b", { rest: "a/b" }],
    ["/[...rest]", "/", undefined],
  ];

for (const [pattern, path, params] of matches) {
  const outcome = params === undefined ? "nothing" : JSON.stringify(params);
  test(`"${pattern}" gives ${outcome} for "${path}"`, () => {
    const match = table(pattern).match(path);
    const expected =
      params === undefined ? undefined : { handler: `handler of ${pattern}`, params, pattern };
    assert.deepEqual(match, expected);
  });
}

const specific: ReadonlyArray<readonly [path: string, pattern: string]> = [
  ["/room/lobby", "/room/lobby"],
  ["/room/l%6Fbby", "/room/lobby"],
  ["/room/a", "/room/[name]"],
  ["/hall/lobby", "/[kind]/lobby"],
  ["/hall/a/log", "/[kind]/[name]/log"],
  // Decided from the left: "room" as text is more than what follows it.
  ["/room/a/log", "/room/[...rest]"],
  ["/room/lobby/log", "/room/[...rest]"],
  ["/room/a/b", "/room/[...rest]"],
  ["/hall/a/b", "/[...all]"],
  ["/hall", "/[...all]"],
];

test("the most specific pattern wins, in whatever order they were given", () => {
  const patterns = [
    "/[...all]",
    "/room/[...rest]",
    "/[kind]/[name]/log",
    "/[kind]/lobby",
    "/room/[name]",
    "/room/lobby",
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(patterns, { minLength: patterns.length }), (shuffled) => {
      for (const [path, pattern] of specific) {
        assert.equal(table(...shuffled).match(path)?.pattern, pattern, path);
      }
    }),
  );
});

test("a branch that leads nowhere leaves no parameter behind", () => {
  const routes = table("/[a]/[b]/x", "/[...rest]");
  assert.deepEqual(routes.match("/1/2/y")?.params, { rest: "1/2/y" });
});

test("any names round trip through escapes", () => {
  const routes = table("/room/[name]/[user]");
  const name = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => text !== "." && text !== "..");
  fc.assert(
    fc.property(name, name, (room, user) => {
      const path = `/room/${encodeURIComponent(room)}/${encodeURIComponent(user)}`;
      assert.deepEqual(routes.match(path)?.params, { name: room, user });
    }),
  );
});

test("no path makes a match throw", () => {
  const routes = table("/", "/echo", "/[a]/[b]", "/x/[...rest]");
  const pieces = fc.array(fc.constantFrom("/", "%", "2", "e", ".", "x", "\u00e9", "[", "a"));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((list) => `/${list.join("")}`),
      ),
      (path) => {
        const match = routes.match(path);
        const values = Object.values(match?.params ?? {});
        assert.ok(values.every((value) => value !== "" && value !== "." && value !== ".."));
      },
    ),
    { numRuns: 1000 },
  );
});

test("a path of ten thousand slashes matches nothing", () => {
  assert.equal(table("/[...rest]", "/[a]/[b]").match("/".repeat(10_000)), undefined);
});

test("a table lists its patterns in the order given", () => {
  assert.deepEqual(table("/b", "/[x]", "/a").patterns, ["/b", "/[x]", "/a"]);
});

const conflicts: ReadonlyArray<readonly [first: string, second: string, message: RegExp]> = [
  ["/echo", "/echo", /"\/echo" is given twice/],
  ["/room/[a]", "/room/[a]", /given twice/],
  ["/room/[a]", "/room/[b]", /"\/room\/\[a\]" and "\/room\/\[b\]" match the same paths/],
  ["/[a]/x/[b]", "/[c]/x/[d]", /match the same paths/],
  ["/f/[...a]", "/f/[...b]", /match the same paths/],
];

for (const [first, second, message] of conflicts) {
  test(`"${first}" and "${second}" cannot stand in one table`, () => {
    assert.throws(() => table(first, second), message);
  });
}

test("patterns that differ in what they match stand in one table", () => {
  table("/a", "/a/", "/[x]", "/[x]/", "/[x]/a", "/[y]/b", "/[...z]", "/a/[...z]");
});

const mistakes: ReadonlyArray<readonly [pattern: string, message: RegExp]> = [
  ["", /must begin with a slash/],
  ["echo", /must begin with a slash: "\/echo"/],
  ["//", /empty segment/],
  ["/a//b", /empty segment/],
  ["/a/./b", /segment "\."/],
  ["/..", /segment "\.\."/],
  ["/a?b", /query or a fragment/],
  ["/a#b", /query or a fragment/],
  ["/[]", /parameter is a whole segment/],
  ["/[...]", /parameter is a whole segment/],
  ["/[", /parameter is a whole segment/],
  ["/]", /parameter is a whole segment/],
  ["/[a", /parameter is a whole segment/],
  ["/a]", /parameter is a whole segment/],
  ["/x[a]", /parameter is a whole segment/],
  ["/[a]x", /parameter is a whole segment/],
  ["/[[a]]", /parameter is a whole segment/],
  ["/[a][b]", /parameter is a whole segment/],
  ["/[..a]", /parameter is a whole segment/],
  ["/[a b]", /parameter is a whole segment/],
  ["/[__proto__]", /parameter is a whole segment/],
  ["/[...a]/b", /must be its end/],
  ["/[...a]/", /must be its end/],
  ["/[a]/[a]", /two parameters "a"/],
  ["/[a]/[...a]", /two parameters "a"/],
];

for (const [pattern, message] of mistakes) {
  test(`the pattern "${pattern}" is told what is wrong with it`, () => {
    assert.throws(() => table(pattern), { name: "TypeError", message });
  });
}

const targets: ReadonlyArray<
  readonly [target: string, path: string, query: string, authority: string | undefined]
> = [
  ["/", "/", "", undefined],
  ["/echo?a=b", "/echo", "a=b", undefined],
  ["/echo?", "/echo", "", undefined],
  ["/echo?a?b/c", "/echo", "a?b/c", undefined],
  ["//host/a", "//host/a", "", undefined],
  ["/a%20b", "/a%20b", "", undefined],
  ["/http://a/b", "/http://a/b", "", undefined],
  ["ws://host/echo?x", "/echo", "x", "host"],
  ["WSS://host:9998/echo", "/echo", "", "host:9998"],
  ["http://[::1]:80", "/", "", "[::1]:80"],
  ["https://host?x=/y", "/", "x=/y", "host"],
];

for (const [target, path, query, authority] of targets) {
  test(`the target "${target}" is the path "${path}" and the query "${query}"`, () => {
    assert.deepEqual(pathOf(target), { path, query, authority });
  });
}

for (const target of ["", "*", "echo", "host:80", "?a", "/a#b", "://a/b", "ftp://a/b", "ws:///a"]) {
  test(`"${target}" is no target that leads to a resource`, () => {
    assert.equal(pathOf(target), undefined);
  });
}
