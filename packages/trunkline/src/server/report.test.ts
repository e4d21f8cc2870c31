import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryLog } from "./raw-peer.test.util.ts";
import { attempt, makeReport, makeSafe } from "./report.ts";

describe("a report", () => {
  it("goes to the log with its place and its stack when there is no onError", () => {
    const log = new MemoryLog();
    makeReport(undefined, log)(new Error("boom"), "handler of /a\u001b[2J");
    assert.match(log.lines[0], /^error handler of \/a\\u\{1b\}\[2J: Error: boom\n +at /);
  });

  it("goes to onError alone when there is one", () => {
    const log = new MemoryLog();
    const taken: unknown[] = [];
    const error = new Error("boom");
    makeReport((...given) => taken.push(given), log)(error, "somewhere");
    assert.deepEqual(taken, [[error, undefined]]);
    assert.deepEqual(log.lines, []);
  });

  it("survives an onError that throws, and says so", () => {
    const log = new MemoryLog();
    const report = makeReport(() => {
      throw new Error("second");
    }, log);
    report(new Error("first"), "somewhere");
    assert.match(log.lines[0], /^error onError: Error: second/);
  });

  it("survives an onError that rejects, and says so", async () => {
    const log = new MemoryLog();
    makeReport(() => Promise.reject(new Error("second")), log)(new Error("first"), "somewhere");
    await new Promise(setImmediate);
    assert.match(log.lines[0], /^error onError: Error: second/);
  });
});

describe("a safe logger", () => {
  it("never throws", () => {
    const safe = makeSafe({
      error() {
        throw new Error("no room on the device");
      },
    });
    safe.error?.("text");
  });

  it("has the levels of the one it stands for, and calls its methods on it", () => {
    const lines: string[] = [];
    const logger = {
      prefix: "> ",
      warn(message: string): void {
        lines.push(this.prefix + message);
      },
    };
    const safe = makeSafe(logger);
    safe.warn?.("text");
    assert.equal(safe.info, undefined);
    assert.deepEqual(lines, ["> text"]);
  });
});

describe("an attempt", () => {
  it("hands on what is thrown and what is rejected, of any kind of promise", async () => {
    const failures: unknown[] = [];
    const failed = (error: unknown): unknown => failures.push(error);
    attempt(() => {
      throw "thrown";
    }, failed);
    attempt(() => Promise.reject("rejected"), failed);
    attempt(
      // biome-ignore lint/suspicious/noThenProperty: another library's promise
      () => ({ then: (_: unknown, reject: (error: string) => void) => reject("foreign") }),
      failed,
    );
    attempt(() => 5, failed);
    await new Promise(setImmediate);
    assert.deepEqual(failures, ["thrown", "rejected", "foreign"]);
  });
});
