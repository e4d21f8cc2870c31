import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { ManualClock } from "trunkline/testing";
import { GRACE, GroupedProcess } from "./grouped-process.ts";
import { hasProcessTable, isRunning, untilTrue } from "./processes.test.util.ts";

interface Started {
  readonly process: GroupedProcess;
  readonly clock: ManualClock;
  readonly errors: string[];
  /** The next line of its output. */
  line(): Promise<string>;
}

async function start(t: TestContext, script: string): Promise<Started> {
  const clock = new ManualClock();
  const errors: string[] = [];
  const process = await GroupedProcess.start({
    file: "/bin/sh",
    args: ["-c", script],
    environment: { PATH: globalThis.process.env.PATH },
    clock,
    onErrorLine: (line) => errors.push(line),
  });
  t.after(() => process.kill());
  const line = async () => String((await once(process.output, "data"))[0]).trim();
  return { process, clock, errors, line };
}

test("input goes in, output comes out, standard error comes in lines, and the code is told", async (t) => {
  const { process, errors, line } = await start(t, "read a; echo $a >&2; echo got $a; exit 3");
  process.input.write("x y\n");
  assert.equal(await line(), "got x y");
  assert.deepEqual(await process.ended, { code: 3, signal: null });
  assert.deepEqual(errors, ["x y"]);
});

test("a program that is not there rejects", async () => {
  const options = { environment: {}, clock: new ManualClock(), onErrorLine() {} };
  await assert.rejects(GroupedProcess.start({ ...options, file: "/no/such/program" }), {
    code: "ENOENT",
  });
});

test("stop ends what listens to SIGTERM at once", async (t) => {
  const { process, clock, line } = await start(
    t,
    "echo ready; while read a; do :; done; sleep 1000",
  );
  await line();
  process.stop();
  process.stop();
  assert.equal((await process.ended).signal, "SIGTERM");
  assert.equal(clock.pending, 0);
});

test("stop kills what does not listen, after the grace and not before", async (t) => {
  const { process, clock, line } = await start(
    t,
    "trap '' TERM; echo ready; while :; do sleep 1000; done",
  );
  await line();
  process.stop();
  clock.advance(GRACE - 1);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  assert.equal((await process.ended).signal, "SIGKILL");
});

test("what it started in its group ends with it", { skip: !hasProcessTable }, async (t) => {
  const { process, line } = await start(t, "sleep 1000 & echo $!; read a");
  const left = Number(await line());
  assert.ok(isRunning(left));
  process.input.end("go\n");
  assert.equal((await process.ended).code, 0);
  await untilTrue(() => !isRunning(left));
});

test("what left its group holds nothing up once it is stopped", {
  skip: !hasProcessTable,
}, async (t) => {
  const { process, line } = await start(t, "setsid sleep 1000 & echo $!; read a");
  const left = Number(await line());
  t.after(() => globalThis.process.kill(left, "SIGKILL"));
  process.stop();
  await process.ended;
});
