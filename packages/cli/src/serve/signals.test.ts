import assert from "node:assert/strict";
import { test } from "node:test";
import { type EndingSignal, firstSignal, type SignalSource } from "./signals.ts";

/** A process that notes its end, and whose time the test moves. */
class FakeProcess implements SignalSource {
  readonly exits: number[] = [];
  time = 0;
  readonly #listeners = new Map<EndingSignal, () => void>();

  on(signal: EndingSignal, listener: () => void): void {
    this.#listeners.set(signal, listener);
  }
  exit(code: number): void {
    this.exits.push(code);
  }
  now(): number {
    return this.time;
  }
  send(signal: EndingSignal): void {
    this.#listeners.get(signal)?.();
  }
}

test("the first signal asks for an orderly end", async () => {
  const source = new FakeProcess();
  const first = firstSignal(source);
  source.send("SIGTERM");
  assert.equal(await first, "SIGTERM");
  assert.deepEqual(source.exits, []);
});

test("a second one, later, ends at once with its code", () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    const source = new FakeProcess();
    firstSignal(source);
    source.send("SIGINT");
    source.time = 251;
    source.send(signal);
    assert.deepEqual(source.exits, [code]);
  }
});

test("one Ctrl-C that arrives twice, as under npm start, is one", () => {
  const source = new FakeProcess();
  firstSignal(source);
  source.send("SIGINT");
  source.time = 20;
  source.send("SIGINT");
  assert.deepEqual(source.exits, []);
  source.time = 1000;
  source.send("SIGINT");
  assert.deepEqual(source.exits, [130]);
});
