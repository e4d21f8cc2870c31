import assert from "node:assert/strict";
import { test } from "node:test";
import { type Filter, Log, matches, maxEntries } from "../src/console/log.ts";

const time = new Date(0);

test("a message is measured in bytes on the line, not in characters", () => {
  const log = new Log();
  log.addMessage("sent", "漢字", time);
  log.addMessage("received", Uint8Array.of(1, 2, 3), time);
  assert.deepEqual(
    log.entries.map(({ kind, size }) => [kind, size]),
    [
      ["text", 6],
      ["binary", 3],
    ],
  );
});

test("past the limit the oldest entries leave, and their number is told", () => {
  const log = new Log();
  for (let index = 0; index < maxEntries + 3; index += 1) log.addMessage("sent", "x", time);
  assert.equal(log.entries.length, maxEntries);
  assert.equal(log.entries[0]?.id, 4);
  assert.equal(log.dropped, 3);
  log.clear();
  assert.equal(log.entries.length, 0);
  assert.equal(log.dropped, 0);
});

test("of a long message the beginning is kept and the size stays true", () => {
  const log = new Log();
  log.addMessage("received", new Uint8Array(1_000_000), time);
  log.addMessage("received", `${"a".repeat(65_535)}😀`, time);
  const [bytes, text] = log.entries;
  assert.deepEqual([bytes?.size, bytes?.body.length, bytes?.whole], [1_000_000, 65_536, false]);
  assert.deepEqual([text?.size, text?.body, text?.whole], [65_539, "a".repeat(65_535), false]);
});

test("the log holds at most 64 MiB of messages, the newest ones", () => {
  const log = new Log();
  const message = new Uint8Array(64 * 1024);
  for (let index = 0; index < 1030; index += 1) log.addMessage("received", message, time);
  assert.equal(log.entries.length, 1024);
  assert.equal(log.entries.at(-1)?.id, 1030);
});

test("the filter chooses by direction and by text, without regard to case", () => {
  const log = new Log();
  log.addEvent("open", "open", time);
  log.addMessage("sent", "Hello", time);
  log.addMessage("received", "hello", time);
  log.addMessage("received", Uint8Array.of(1), time);
  const chosen = (show: Filter["show"], text: string): number[] =>
    log.entries.filter((entry) => matches(entry, { show, text })).map(({ id }) => id);
  assert.deepEqual(chosen("all", ""), [1, 2, 3, 4]);
  assert.deepEqual(chosen("messages", ""), [2, 3, 4]);
  assert.deepEqual(chosen("events", ""), [1]);
  assert.deepEqual(chosen("received", ""), [3, 4]);
  assert.deepEqual(chosen("all", "HELLO"), [2, 3]);
});
