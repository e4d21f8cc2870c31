import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { addListener, attributeOf, type Event, removeListener, setAttribute } from "./listeners.ts";

class Target extends EventEmitter {
  _closeFrameReceived = true;
  _closeFrameSent = true;
}

function listening(...types: readonly string[]): { target: Target; events: Event[] } {
  const target = new Target();
  const events: Event[] = [];
  for (const type of types) addListener(target, type, (event) => void events.push(event));
  return { target, events };
}

/** What can be enumerated on an event, as it is looked at in a debugger or copied. */
function seen(event: Event | undefined): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const name in event) all[name] = (event as unknown as Record<string, unknown>)[name];
  return all;
}

test("arguments of the emitter's events become event objects", () => {
  const { target, events } = listening("open", "message", "close", "error");
  const error = new Error("why");
  target.emit("open");
  target.emit("message", Buffer.from("text"), false);
  target.emit("message", Buffer.from("bytes"), true);
  target.emit("error", error);
  target._closeFrameSent = false;
  target.emit("close", 1000, Buffer.from("bye"));
  assert.deepEqual(events.map(seen), [
    { type: "open", target },
    { type: "message", target, data: "text" },
    { type: "message", target, data: Buffer.from("bytes") },
    { type: "error", target, error, message: "why" },
    { type: "close", target, code: 1000, reason: "bye", wasClean: false },
  ]);
});

test("an event that a browser's socket has not gets no listener", () => {
  const { target } = listening("ping", "toString", "__proto__");
  assert.deepEqual(target.eventNames(), []);
});

test("a listener is added once and found again", () => {
  const target = new Target();
  const listener = (): void => {};
  addListener(target, "message", listener);
  addListener(target, "message", listener);
  assert.equal(target.listenerCount("message"), 1);
  removeListener(target, "message", listener);
  removeListener(target, "message", listener);
  assert.equal(target.listenerCount("message"), 0);
});

test("the attribute is one listener, which only the attribute takes away", () => {
  const target = new Target();
  const listener = (): void => {};
  assert.equal(attributeOf(target, "message"), null);
  setAttribute(target, "message", listener);
  addListener(target, "message", listener);
  assert.equal(target.listenerCount("message"), 2);
  removeListener(target, "message", listener);
  assert.equal(attributeOf(target, "message"), listener);
  setAttribute(target, "message", null);
  assert.equal(target.listenerCount("message"), 0);
});

test("an event's target is who emits it, also when the listener came by a Proxy around it", () => {
  const target = new Target();
  const targets: unknown[] = [];
  addListener(new Proxy(target, {}), "open", (event) => void targets.push(event.target));
  target.emit("open");
  assert.equal(targets[0], target);
});
