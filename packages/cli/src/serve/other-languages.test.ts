// The programs of docs/other-languages.md, served under the names that they give themselves.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { connect, fetchPath, portOf, runCommand } from "./running-command.test.util.ts";

const page = readFileSync(new URL("../../../../docs/other-languages.md", import.meta.url), "utf8");

/** By path: each names its own in a comment. */
const programs = Object.fromEntries(
  [...page.matchAll(/^```(?:python|sh)\n(.*?)^```$/gms)].flatMap(([, text = ""]) => {
    const path = /^# (\S+) answers /m.exec(text)?.[1];
    return path === undefined ? [] : [[path, text] as const];
  }),
);

test("the programs of the documentation do what it says", async (t) => {
  assert.deepEqual(Object.keys(programs).sort(), [
    "handlers/count.sh",
    "handlers/echo_wsh.py",
    "public/cgi-bin/hi.sh",
  ]);
  const { path } = await makeFolder(t, programs);
  const args = ["-p", "0", "-d", "public", "-x", "/cgi-bin", "--executables"];
  const port = await portOf(runCommand(t, path, args));
  const echo = await connect(t, `ws://localhost:${port}/echo`);
  assert.equal(await echo.ask("hello"), "hello");
  const answer = await fetchPath(port, "/cgi-bin/hi.sh");
  assert.equal(answer.body, "Hi from /cgi-bin/hi.sh\n");
  const count = await connect(t, `ws://localhost:${port}/count`);
  const got: unknown[] = [];
  await new Promise<void>((resolve) => {
    count.socket.addEventListener("message", ({ data }) => {
      if (got.push(data) === 4) resolve();
    });
    count.socket.send("x");
  });
  assert.deepEqual(got, ["1", "2", "3", "you said: x"]);
});
