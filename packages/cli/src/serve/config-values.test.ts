import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { parseServeOptions } from "./options.ts";

function parse(entries: Readonly<Record<string, unknown>>, isText = false) {
  const parsed = parseServeOptions([], { file: "conf", isText, entries });
  assert.ok("port" in parsed);
  return parsed;
}

for (const key of ["documentRoot", "document-root", "document_root"]) {
  test(`the key "${key}" is the option --document-root`, () => {
    assert.equal(parse({ [key]: "public" }).documentRoot, "public");
  });
}

test("pywebsocket's other names are keys", () => {
  const { host, handlers } = parse({ server_host: "::1", websock_handlers: "h" }, true);
  assert.deepEqual([host, handlers], ["::1", "h"]);
});

test("a list is a list of strings, or one string", () => {
  assert.deepEqual(parse({ trustProxy: ["loopback", "10.0.0.0/8"] }).trustProxy, [
    "loopback",
    "10.0.0.0/8",
  ]);
  assert.deepEqual(parse({ origins: "any" }).origins, "any");
});

for (const [text, expected] of [
  ["", true],
  ["True", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["No", false],
  ["off", false],
  ["0", false],
] as const) {
  test(`in an INI file "${text}" is ${expected}`, () => {
    assert.equal(parse({ executables: text }, true).executables, expected);
  });
}

test("seconds are a number too", () => {
  assert.equal(parse({ heartbeat: 0.5 }).heartbeat, 500);
});

test("in an INI file a number is text", () => {
  assert.equal(parse({ port: "8080" }, true).port, 8080);
});

const faults: readonly (readonly [Readonly<Record<string, unknown>>, boolean, RegExp])[] = [
  [{ prot: 1 }, false, /^conf: there is no option "prot"\. Did you mean "port"\?$/],
  [{ config: "other" }, false, /^conf: there is no option "config"\.$/],
  [{ noConsole: true }, false, /^conf: there is no option "noConsole"/],
  [{ port: "80" }, false, /^conf: "port" must be a number, not "80"\.$/],
  [{ port: 70_000 }, false, /^conf: "port" cannot be 70000: it must be a whole number/],
  [{ port: Number.NaN }, false, /^conf: "port" cannot be NaN: it must be a whole number/],
  [{ port: 8080n }, false, /^conf: "port" must be a number, not 8080n\.$/],
  [{ port: "x" }, true, /^conf: "port" cannot be "x": it must be a whole number/],
  [{ tls: "true" }, false, /^conf: "tls" must be true or false, not "true"\.$/],
  [{ tls: "maybe" }, true, /^conf: "tls" must be true or false, not "maybe"\.$/],
  [{ heartbeat: "10" }, false, /^conf: "heartbeat" must be a number, not "10"\.$/],
  [
    { origins: ["a"] },
    false,
    /^conf: "origins" cannot be \["a"\]: .* has no scheme; write "https:\/\/a"/,
  ],
  [{ handlers: 1 }, false, /^conf: "handlers" must be a string, not 1\.$/],
  [{ handlers: undefined }, false, /^conf: "handlers" must be a string, not undefined\.$/],
  [
    { origins: [1] },
    false,
    /^conf: "origins" must be a list of strings, or one string, not \[1\]\.$/,
  ],
  [{ logLevel: "loud" }, false, /^conf: "logLevel" cannot be "loud": it must be one of/],
];

for (const [entries, isText, message] of faults) {
  test(`${inspect(entries)} ${isText ? "as text " : ""}is told by file and key`, () => {
    assert.throws(() => parse(entries, isText), { name: "CommandError", exitCode: 2, message });
  });
}
