import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, LEVELS, type Level, parseLevel } from "./log.ts";

const now = () => new Date(2026, 0, 2, 3, 4, 5, 6);

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  {
    level = "debug",
    isTTY = false,
    environment = {},
  }: { level?: Level; isTTY?: boolean; environment?: Record<string, string> } = {},
): string {
  let text = "";
  const output = { isTTY, write: (part: string) => (text += part) };
  write(createLog({ level, output, environment, now }));
  return text;
}

test("a line has the time, the level and the message", () => {
  const text = logged((log) => {
    log.info("open /echo", "from ::1");
    log.error("no", { a: 1 });
  });
  assert.equal(text, "03:04:05.006 info  open /echo from ::1\n03:04:05.006 error no { a: 1 }\n");
});

test("a dated line has the day in front", () => {
  let text = "";
  const output = { write: (part: string) => (text += part) };
  createLog({ level: "info", output, environment: {}, isDated: true, now }).warn("x");
  assert.equal(text, "2026-01-02 03:04:05.006 warn  x\n");
});

test("a level hides what is below it", () => {
  for (const [at, level] of LEVELS.entries()) {
    const text = logged(
      (log) => {
        for (const name of LEVELS) log[name]("x");
      },
      { level },
    );
    assert.equal(text.split("\n").length - 1, at + 1);
  }
});

test("an error is logged with its stack", () => {
  assert.match(
    logged((log) => log.error(new TypeError("why"))),
    /TypeError: why\n\s+at /,
  );
});

test("colours are for terminals, and for nobody who set NO_COLOR", () => {
  const coloured = (options: object) => logged((log) => log.warn("x"), options).includes("\x1b[");
  assert.equal(coloured({ isTTY: true }), true);
  assert.equal(coloured({ isTTY: false }), false);
  assert.equal(coloured({ isTTY: true, environment: { NO_COLOR: "1" } }), false);
});

test("control characters of a peer's do not reach the terminal", () => {
  const text = logged((log) => log.info("origin \x1b[2J\r\x07\x9b"));
  assert.equal(text, "03:04:05.006 info  origin \\x1b[2J\\x0d\\x07\\x9b\n");
});

test("pywebsocket's names of levels are known, others are not", () => {
  assert.deepEqual(["fine", "warning", "critical", "info", "loud"].map(parseLevel), [
    "debug",
    "warn",
    "error",
    "info",
    undefined,
  ]);
});
