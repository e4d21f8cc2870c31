import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "trunkline/testing";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { ProcessPool } from "./process-pool.ts";
import { keepLog } from "./processes.test.util.ts";

const environment = { PATH: process.env.PATH };
const cat = { file: "/bin/sh", args: ["-c", "cat"], environment };

function makePool(limit: number) {
  const kept = keepLog();
  return { pool: new ProcessPool({ limit, clock: new ManualClock(), log: kept.log }), ...kept };
}

test("no more run at one time than the limit, and one that ended makes room", async (t) => {
  const { pool } = makePool(2);
  t.after(() => pool.stop());
  const [first] = await Promise.all([pool.start("a", cat), pool.start("b", cat)]);
  await assert.rejects(pool.start("c", cat), {
    name: "StartError",
    message: "all 2 processes are in use (--max-processes)",
  });
  first.input.end();
  first.output.resume();
  await first.ended;
  await pool.start("c", cat);
  assert.equal(pool.size, 2);
});

test("stop ends them all", async () => {
  const { pool } = makePool(3);
  for (const name of ["a", "b", "c"]) await pool.start(name, cat);
  await pool.stop();
  assert.equal(pool.size, 0);
});

test("why a program does not start is a sentence, and it takes no place", async (t) => {
  const { path } = await makeFolder(t, { script: "#!/no/such/interpreter\n", plain: "no program" });
  const { pool } = makePool(1);
  const faults: readonly (readonly [string, RegExp])[] = [
    ["script", /^it is not there, or its interpreter/],
    ["gone", /^it is not there/],
    ["plain", /^it may not be run \(chmod \+x\)/],
  ];
  for (const [name, message] of faults) {
    await assert.rejects(pool.start(name, { file: `${path}/${name}`, environment }), { message });
  }
  assert.equal(pool.size, 0);
});

test("standard error goes to the log under the name", async (t) => {
  const { pool, line } = makePool(1);
  t.after(() => pool.stop());
  await pool.start("h/a.sh", { file: "/bin/sh", args: ["-c", "echo oops >&2"], environment });
  assert.equal(await line(/oops/), "info h/a.sh: oops");
});
