import assert from "node:assert/strict";
import { test } from "node:test";
import { EventHandler } from "./event-handler.ts";

function setUp(): {
  handler: EventHandler;
  log: string[];
  fire: () => string[];
  target: EventTarget;
} {
  const target = new EventTarget();
  const log: string[] = [];
  const fire = (): string[] => {
    target.dispatchEvent(new Event("open"));
    return log.splice(0);
  };
  return { handler: new EventHandler(target, "open"), log, fire, target };
}

test("a handler keeps the place of its first setting when another function replaces it", () => {
  const { handler, log, fire, target } = setUp();
  handler.set(() => log.push("first"));
  target.addEventListener("open", () => log.push("listener"));
  handler.set(() => log.push("second"));
  assert.deepEqual(fire(), ["second", "listener"]);
});

test("a handler set to null loses its place, and takes the last one when set again", () => {
  const { handler, log, fire, target } = setUp();
  handler.set(() => log.push("handler"));
  target.addEventListener("open", () => log.push("listener"));
  handler.set(null);
  assert.deepEqual(fire(), ["listener"]);
  handler.set(() => log.push("handler"));
  assert.deepEqual(fire(), ["listener", "handler"]);
});

for (const value of [null, undefined, 2, "text", true, Symbol("s")]) {
  test(`a handler set to ${String(value)} is null`, () => {
    const { handler } = setUp();
    handler.set(() => {});
    handler.set(value);
    assert.equal(handler.value, null);
  });
}

test("an object that cannot be called is kept, and not called", () => {
  const { handler, fire } = setUp();
  const object = { handleEvent: () => assert.fail("called") };
  handler.set(object);
  assert.equal(handler.value, object);
  assert.deepEqual(fire(), []);
});

test("a handler is called with the target as this and the event as its argument", () => {
  const { handler, target } = setUp();
  const seen: unknown[] = [];
  handler.set(function (this: unknown, event: Event) {
    seen.push(this, event.type);
  });
  target.dispatchEvent(new Event("open"));
  assert.deepEqual(seen, [target, "open"]);
});
