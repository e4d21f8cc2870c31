import assert from "node:assert/strict";
import { test } from "node:test";
import { readIni } from "./ini.ts";

test("keys and values are read as Python's configparser reads them", () => {
  const text = [
    "# a comment",
    "[other]",
    "port = 1",
    "not a line of ours",
    "[pywebsocket]",
    "; another",
    "Port = 9000",
    "document_root: /a b/c",
    "basic_auth_credential = ada:#1;=2",
    "tls =",
    "",
  ].join("\r\n");
  assert.deepEqual(readIni("c.ini", text), {
    port: "9000",
    document_root: "/a b/c",
    basic_auth_credential: "ada:#1;=2",
    tls: "",
  });
});

const faults = [
  ["", /^c\.ini has no section \[pywebsocket\]$/],
  ["[pywebsocket3]\nport = 1", /^c\.ini has no section \[pywebsocket\]$/],
  ["port = 1", /^c\.ini:1: "port = 1" stands before the section \[pywebsocket\]$/],
  ["[pywebsocket]\nport", /^c\.ini:2: "port" is not "key = value"$/],
  ["[pywebsocket]\n= 1", /^c\.ini:2: "= 1" is not "key = value"$/],
  ["[pywebsocket]\nport = 1\nPORT = 2", /^c\.ini:3: "PORT" stands twice$/],
] as const;

for (const [text, message] of faults) {
  test(`${JSON.stringify(text)} is told by its line`, () => {
    assert.throws(() => readIni("c.ini", text), { name: "CommandError", exitCode: 2, message });
  });
}
