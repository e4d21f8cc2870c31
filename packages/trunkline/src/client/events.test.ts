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
