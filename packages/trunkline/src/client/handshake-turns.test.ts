import assert from "node:assert/strict";
import { test } from "node:test";
import { HandshakeTurns } from "./handshake-turns.ts";

interface Line {
  readonly log: string[];
  readonly join: (key: string, name: string) => () => void;
}

function newLine(): Line {
  const turns = new HandshakeTurns();
  const log: string[] = [];
  return { log, join: (key, name) => turns.take(key, () => log.push(name)) };
}

test("the first starts at once, the others one after the other, in order", () => {
  const { log, join } = newLine();
  const [end1, end2, end3] = ["1", "2", "3"].map((name) => join("a", name));
  assert.deepEqual(log, ["1"]);
  end1?.();
  assert.deepEqual(log, ["1", "2"]);
  end2?.();
  end3?.();
  assert.deepEqual(log, ["1", "2", "3"]);
});

test("another key has a line of its own", () => {
  const { log, join } = newLine();
  join("a", "1");
  join("b", "2");
  assert.deepEqual(log, ["1", "2"]);
});

test("who leaves the line is not called, and holds up nobody", () => {
  const { log, join } = newLine();
  const end1 = join("a", "1");
  const leave2 = join("a", "2");
  join("a", "3");
  leave2();
  assert.deepEqual(log, ["1"]);
  end1();
  assert.deepEqual(log, ["1", "3"]);
});

test("ending a turn twice gives one turn", () => {
  const { log, join } = newLine();
  const end1 = join("a", "1");
  join("a", "2");
  join("a", "3");
  end1();
  end1();
  assert.deepEqual(log, ["1", "2"]);
});

test("a line that is empty again starts the next at once", () => {
  const { log, join } = newLine();
  join("a", "1")();
  join("a", "2");
  assert.deepEqual(log, ["1", "2"]);
});

test("who ends its turn inside start lets the next begin", () => {
  const turns = new HandshakeTurns();
  const log: string[] = [];
  const end1 = turns.take("a", () => log.push("1"));
  const end2 = turns.take("a", () => {
    log.push("2");
    end2();
  });
  turns.take("a", () => log.push("3"));
  end1();
  assert.deepEqual(log, ["1", "2", "3"]);
});
