import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { flushAfterTurn } from "./turn.ts";

test("what was handed over is flushed in order, after the code and the promises of the turn", async () => {
  const order: string[] = [];
  const item = (name: string) => ({ flush: () => void order.push(name) });
  flushAfterTurn(item("first"));
  flushAfterTurn(item("second"));
  void Promise.resolve().then(() => order.push("promise"));
  order.push("code");
  await nextTurn();
  assert.deepEqual(order, ["code", "promise", "first", "second"]);
});

test("what is handed over by a flush is flushed too, once", async () => {
  let flushes = 0;
  const item = {
    flush() {
      if (++flushes === 1) flushAfterTurn(item);
    },
  };
  flushAfterTurn(item);
  await nextTurn();
  assert.equal(flushes, 2);
});

test("what waits for the end of the turn, or of a read, is flushed when the process ends first", () => {
  const program = `
    import { beginRead, endRead, flushAfterTurn } from ${JSON.stringify(new URL("turn.js", import.meta.url))};
    const item = (name) => ({ flush: () => console.log(name) });
    beginRead(item("over"));
    endRead();
    beginRead(item("read"));
    flushAfterTurn(item("turn"));
    process.exit();
  `;
  const args = ["--input-type=module", "--eval", program];
  assert.equal(execFileSync(process.execPath, args, { encoding: "utf8" }), "read\nturn\n");
});
