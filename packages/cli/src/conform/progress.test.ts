import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createProgress } from "./progress.ts";

function watch(isTTY: boolean): {
  readonly written: string[];
  readonly output: { write(text: string): unknown; isTTY: boolean };
} {
  const written: string[] = [];
  return { written, output: { isTTY, write: (text) => written.push(text) } };
}

describe("the progress line", () => {
  it("grows with each result, counts failures, and goes away", () => {
    const { written, output } = watch(true);
    const progress = createProgress(output, 3);
    for (const verdict of ["pass", "fail", "tolerated"] as const) progress.add(verdict);
    progress.end();
    assert.deepEqual(written, [
      `\r[${"#".repeat(10)}${".".repeat(20)}] 1 of 3`,
      `\r[${"#".repeat(20)}${".".repeat(10)}] 2 of 3, 1 failed`,
      `\r[${"#".repeat(30)}] 3 of 3, 1 failed`,
      "\r\x1b[2K",
    ]);
  });

  it("is for a terminal alone", () => {
    const { written, output } = watch(false);
    const progress = createProgress(output, 1);
    progress.add("pass");
    progress.end();
    assert.deepEqual(written, []);
  });
});
