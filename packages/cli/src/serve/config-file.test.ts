import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { readConfigFile } from "./config-file.ts";

const texts: Readonly<Record<string, string>> = {
  "c.ts": "const port: number = 8080;\nexport default { port };",
  "c.js": "export default { port: 8080 };",
  "c.cjs": "module.exports = { port: 8080 };",
  "c.json": '{ "port": 8080 }',
};

for (const [name, text] of Object.entries(texts)) {
  test(`${name} gives the object that it holds`, async (t) => {
    const folder = await makeFolder(t, { [name]: text });
    const file = join(folder.path, name);
    const entries = { port: 8080 };
    assert.deepEqual(await readConfigFile(file), { file, isText: false, entries });
  });
}

test("a folder of such a name is told for one", async (t) => {
  const folder = await makeFolder(t, { "c.json/a": "" });
  const message = /the configuration file .*c\.json cannot be read: it is a folder$/;
  await assert.rejects(readConfigFile(join(folder.path, "c.json")), { exitCode: 1, message });
});

test("a file of any other name is pywebsocket's INI", async (t) => {
  const folder = await makeFolder(t, { "py.conf": "[pywebsocket]\nport = 1\n" });
  const file = join(folder.path, "py.conf");
  assert.deepEqual(await readConfigFile(file), { file, isText: true, entries: { port: "1" } });
});

const faults: readonly (readonly [string, string, RegExp])[] = [
  ["c.ts", "export default { port: };", /c\.ts:1:\d+: SyntaxError/],
  ["c.js", "export const port = 1;", /c\.js holds no object of options, such as export default/],
  ["c.json", "[1]", /c\.json holds no object of options, such as { "port": 8080 }$/],
  ["c.json", "{", /c\.json.*: SyntaxError/],
  ["c.js", "throw new Error('no');", /c\.js:1: Error: no$/],
];

for (const [name, text, message] of faults) {
  test(`${name} with ${JSON.stringify(text)} is one sentence`, async (t) => {
    const folder = await makeFolder(t, { [name]: text });
    const reading = readConfigFile(join(folder.path, name));
    await assert.rejects(reading, { name: "CommandError", exitCode: 1, message });
  });
}

for (const name of ["gone.ts", "gone.ini"]) {
  test(`${name} that is not there is told`, async (t) => {
    const { path } = await makeFolder(t);
    const message = /^the configuration file .*gone\.\w+ cannot be read: it is not there$/;
    await assert.rejects(readConfigFile(join(path, name)), { exitCode: 1, message });
  });
}
