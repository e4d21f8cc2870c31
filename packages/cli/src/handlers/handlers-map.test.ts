import assert from "node:assert/strict";
import { test } from "node:test";
import { applyAliases, readHandlersMap } from "./handlers-map.ts";

function read(text: string) {
  const warnings: string[] = [];
  const ignore = () => {};
  const log = {
    error: ignore,
    warn: (line: string) => void warnings.push(line),
    info: ignore,
    debug: ignore,
  };
  return { aliases: readHandlersMap("map.txt", text, log), warnings };
}

test("lines are two paths; blank ones and comments are passed over", () => {
  const { aliases, warnings } = read("# all\n\n/ /echo\r\n\t/b \t /chat/room \n");
  assert.deepEqual(aliases, [
    { alias: "/", existing: "/echo", place: "map.txt:3" },
    { alias: "/b", existing: "/chat/room", place: "map.txt:4" },
  ]);
  assert.deepEqual(warnings, []);
});

const wrong = [
  [
    "/a",
    /^map\.txt:1: a line is two paths, "alias existing", and not 1 word; the line is skipped$/,
  ],
  ["/a /b /c", /not 3 words; the line is skipped$/],
  ["a /b", /"a" is no path: it begins with no "\/"/],
  ["/a b", /"b" is no path/],
  ["/a?x /b", /"\/a\?x" has a "\?" or "#" in its name/],
  ["/[ /b", /"\/\[" has "\["/],
] as const;

for (const [line, says] of wrong) {
  test(`${JSON.stringify(line)} is told and skipped, and the next line counts`, () => {
    const { aliases, warnings } = read(`${line}\n/x /y`);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", says);
    assert.deepEqual(
      aliases.map(({ alias }) => alias),
      ["/x"],
    );
  });
}

test("an alias may mean an earlier one, and takes the place of a handler", () => {
  const { aliases } = read("/a /echo\n/b /a\n/old /echo\n/room/[id] /echo");
  const routes = applyAliases({ "/echo": 1, "/old": 2, "/room/[name]": 3 }, aliases);
  assert.deepEqual(routes, { "/echo": 1, "/a": 1, "/b": 1, "/old": 1, "/room/[id]": 1 });
});

test("an alias of what is not there is told, and there once a handler comes", () => {
  const { aliases } = read("/a /later\n/b /echo");
  const lines: string[] = [];
  const now = applyAliases({ "/echo": 1 }, aliases, (line) => lines.push(line));
  assert.deepEqual(now, { "/echo": 1, "/b": 1 });
  assert.deepEqual(lines, [
    "map.txt:1: there is no handler at /later; /a is left out until there is",
  ]);
  const then = applyAliases({ "/echo": 1, "/later": 2 }, aliases);
  assert.deepEqual(then, { "/echo": 1, "/later": 2, "/a": 2, "/b": 1 });
});
