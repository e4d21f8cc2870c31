import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { MessageSource } from "./message-source.ts";

interface Bench {
  readonly source: MessageSource;
  readonly reader: ReadableStreamDefaultReader<string | Uint8Array>;
  readonly calls: unknown[];
}

function make(): Bench {
  const calls: unknown[] = [];
  const line = { pause: () => calls.push("pause"), resume: () => calls.push("resume") };
  const source = new MessageSource(line, (reason) => calls.push(reason));
  return { source, reader: source.readable.getReader(), calls };
}

async function readAll({ reader }: Bench): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return seen;
    seen.push(value);
  }
}

test("messages come in order, empty ones too, waited for or not", async () => {
  const bench = make();
  const first = bench.reader.read();
  const second = bench.reader.read();
  for (const message of ["1", "", Uint8Array.of(3), "4"]) bench.source.put(message);
  bench.source.end();
  assert.deepEqual([(await first).value, (await second).value], ["1", ""]);
  assert.deepEqual(await readAll(bench), [Uint8Array.of(3), "4"]);
});

test("the end settles reader.closed at once when nothing waits, and the reads under way", async () => {
  const { source, reader } = make();
  const reads = [reader.read(), reader.read()];
  source.end();
  await reader.closed;
  assert.deepEqual(
    (await Promise.all(reads)).map(({ done }) => done),
    [true, true],
  );
});

test("an error comes after what was received before it, and only the first end counts", async () => {
  const { source, reader } = make();
  const why = new Error("broken");
  source.put("last");
  source.end({ error: why });
  source.end();
  assert.equal((await reader.read()).value, "last");
  await assert.rejects(reader.read(), why);
  await assert.rejects(reader.closed, why);
});

test("an error may be undefined", async () => {
  const { source, reader } = make();
  source.end({ error: undefined });
  assert.equal(
    await reader.closed.catch((reason) => `rejected with ${reason}`),
    "rejected with undefined",
  );
});

test("the line stops above 64 KiB that wait, and goes on when half are read", async () => {
  const { source, reader, calls } = make();
  const chunk = "x".repeat(16_384 - 64);
  for (let count = 0; count < 4; count++) source.put(chunk);
  assert.deepEqual(calls, []);
  source.put(chunk);
  assert.deepEqual(calls, ["pause"]);
  for (let count = 0; count < 3; count++) await reader.read();
  assert.deepEqual(calls, ["pause", "resume"]);
});

test("who cancels is told with the reason, and nothing that comes later does harm", async () => {
  const { source, reader, calls } = make();
  source.put("1");
  const why = new Error("enough");
  await reader.cancel(why);
  source.put("2");
  source.end({ error: new Error("broken") });
  assert.deepEqual(calls, [why]);
  await reader.closed;
});

test("a message for a reader who left goes to the next one", async () => {
  const { source, reader } = make();
  const left = reader.read().catch(({ name }) => name);
  await nextTurn();
  reader.releaseLock();
  assert.equal(await left, "TypeError");
  for (const message of ["1", "2"]) source.put(message);
  source.end();
  const seen: unknown[] = [];
  for await (const message of source.readable) seen.push(message);
  assert.deepEqual(seen, ["1", "2"]);
});
