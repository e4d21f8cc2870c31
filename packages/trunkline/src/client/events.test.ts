import assert from "node:assert/strict";
import { test } from "node:test";
import { CloseEvent, errorEvent, messageEvent } from "./events.ts";

test("a message event is a MessageEvent in every way a listener can see", () => {
  const event = messageEvent("hi", "ws://localhost:9998") as MessageEvent;
  assert.ok(event instanceof MessageEvent);
  assert.ok(event instanceof Event);
  assert.equal(event.constructor, MessageEvent);
  assert.equal(String(event), "[object MessageEvent]");
  assert.equal(event.type, "message");
  assert.equal(event.data, "hi");
  assert.equal(event.origin, "ws://localhost:9998");
  assert.equal(event.lastEventId, "");
  assert.equal(event.source, null);
  assert.deepEqual([...event.ports], []);
  assert.equal(event.bubbles, false);
  assert.equal(event.cancelable, false);
});

test("a message event can be dispatched again by a listener", () => {
  const event = messageEvent("hi", "ws://localhost");
  const seen: unknown[] = [];
  for (const target of [new EventTarget(), new EventTarget()]) {
    target.addEventListener("message", (received) => seen.push(received));
    target.dispatchEvent(event);
  }
  assert.deepEqual(seen, [event, event]);
});

test("an error event is a plain Event that carries the error", () => {
  const error = new Error("no");
  const event = errorEvent(error);
  assert.equal(event.constructor, Event);
  assert.equal(String(event), "[object Event]");
  assert.equal(event.type, "error");
  assert.equal(event.error, error);
  assert.equal(event.message, "no");
});

test("a CloseEvent has what it was made with", () => {
  const event = new CloseEvent("close", { wasClean: true, code: 4000, reason: "bye" });
  assert.equal(event.type, "close");
  assert.deepEqual([event.wasClean, event.code, event.reason], [true, 4000, "bye"]);
  assert.equal(String(event), "[object CloseEvent]");
  assert.equal(event.constructor.name, "CloseEvent");
});

test("a CloseEvent made with nothing is not clean, with code 0 and no reason", () => {
  const event = new CloseEvent("close");
  assert.deepEqual([event.wasClean, event.code, event.reason], [false, 0, ""]);
});

const inits: readonly (readonly [string, unknown, readonly [boolean, number, string]])[] = [
  ["nothing", undefined, [false, 0, ""]],
  ["null", null, [false, 0, ""]],
  ["an empty object", {}, [false, 0, ""]],
  ["what a socket gives", { wasClean: true, code: 1000, reason: "done" }, [true, 1000, "done"]],
  ["a code past its 16 bits", { code: 65_537 }, [false, 1, ""]],
  ["a reason that is null", { reason: null }, [false, 0, "null"]],
  ["a lone surrogate", { reason: "a\ud800" }, [false, 0, "a\ufffd"]],
];

for (const [name, init, expected] of inits) {
  test(`a close event made of ${name} converts as WebIDL says`, () => {
    const event = Reflect.construct(CloseEvent, ["close", init]) as CloseEvent;
    assert.deepEqual([event.wasClean, event.code, event.reason], expected);
  });
}

test("the attributes of a close event are enumerable accessors of its prototype", () => {
  for (const name of ["wasClean", "code", "reason"]) {
    const { get, enumerable } = Object.getOwnPropertyDescriptor(CloseEvent.prototype, name) ?? {};
    assert.equal(enumerable, true, name);
    assert.throws(() => get?.call({}), TypeError);
  }
});
