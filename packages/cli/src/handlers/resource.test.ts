import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf, isHandlerFolderName, resourceOf, shapeOf } from "./resource.ts";

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
    assert.equal(resourceOf(name), expected);
  });
}

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
