import assert from "node:assert/strict";
import { test } from "node:test";
import {
  faultOf,
  isHandlerFolderName,
  kindOf,
  mayBeExecutable,
  resourceOf,
  shapeOf,
} from "./resource.ts";

const resources: readonly (readonly [string, string | undefined])[] = [
  ["echo.ts", "/echo"],
  ["echo.mts", "/echo"],
  ["echo.cts", "/echo"],
  ["echo.js", "/echo"],
  ["echo.mjs", "/echo"],
  ["echo.cjs", "/echo"],
  ["chat/room.ts", "/chat/room"],
  ["index.ts", "/"],
  ["chat/index.js", "/chat"],
  ["[name].ts", "/[name]"],
  ["room/[name]/log.ts", "/room/[name]/log"],
  ["files/[...rest].ts", "/files/[...rest]"],
  ["v1.2.ts", "/v1.2"],
  ["héllo wörld.ts", "/héllo wörld"],
  ["echo_wsh.py", "/echo"],
  ["a/b_wsh.py", "/a/b"],
  ["index_wsh.py", "/index"],
  ["_helper_wsh.py", undefined],
  ["echo.py", undefined],
  ["_helper.ts", undefined],
  [".hidden.ts", undefined],
  ["types.d.ts", undefined],
  ["types.d.mts", undefined],
  ["echo.test.ts", undefined],
  ["echo.test.helper.js", undefined],
  ["notes.md", undefined],
  ["echo.tsx", undefined],
  ["echo.ts~", undefined],
  ["echo.ts.swp", undefined],
];

for (const [name, expected] of resources) {
  test(`${name} ${expected === undefined ? "is no handler" : `answers ${expected}`}`, () => {
    const kind = kindOf(name);
    assert.equal(kind && resourceOf(name, kind), expected);
  });
}

test("names with pywebsocket's ending are Python's, and others may be executable", () => {
  const names = [
    "a_wsh.py",
    "a.ts",
    "a.d.ts",
    "a.test.js",
    "a.py",
    "a",
    "_a_wsh.py",
    "_a.sh",
    "b/.a",
  ];
  assert.deepEqual(
    names.map((name) => kindOf(name)),
    ["python", "module", ...Array(7).fill(undefined)],
  );
  assert.deepEqual(names.filter(mayBeExecutable), ["a.py", "a"]);
});

test("an executable's resource is its name without the last ending", () => {
  const names = ["count", "count.sh", "a/v1.2.py", "index.sh", "b/index"];
  assert.deepEqual(
    names.map((name) => resourceOf(name, "executable")),
    ["/count", "/count", "/a/v1.2", "/", "/b"],
  );
});

test("folders for helpers, hidden ones and packages are not searched", () => {
  const names = ["chat", "_lib", ".git", "node_modules"];
  assert.deepEqual(names.filter(isHandlerFolderName), ["chat"]);
});

test("resources that differ only in the names of their parameters have one shape", () => {
  assert.equal(shapeOf("/a/[b]/[...c]"), shapeOf("/a/[d]/[...e]"));
  assert.notEqual(shapeOf("/a/[b]"), shapeOf("/a/[...b]"));
  assert.notEqual(shapeOf("/a/b"), shapeOf("/a/[b]"));
});

const faults: readonly (readonly [string, RegExp | undefined])[] = [
  ["/room/[name]", undefined],
  ["/[...rest]", undefined],
  ["/x[name]", /"x\[name\]" where a parameter/],
  ["/[]", /"\[\]" where/],
  ["/[...a]/b", /"\[\.\.\.a\]" before its end/],
  ["/[a]/[a]", /two parameters \[a\]/],
  ["/what?", /"\?"/],
];

for (const [resource, fault] of faults) {
  test(`${resource} ${fault ? "is refused with its reason" : "is a route"}`, () => {
    if (fault) assert.match(faultOf(resource) ?? "", fault);
    else assert.equal(faultOf(resource), undefined);
  });
}
