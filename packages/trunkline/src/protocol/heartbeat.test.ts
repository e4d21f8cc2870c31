import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeat } from "./heartbeat.ts";

test("the first ping is due one interval after the start", () => {
  assert.equal(new Heartbeat(25, 100).due, 125);
});

test("an interval of 0 is never due", () => {
  assert.equal(new Heartbeat(0, 100).due, Number.POSITIVE_INFINITY);
});

test("a peer that was never heard is gone at the second beat", () => {
  const heartbeat = new Heartbeat(25, 0);
  assert.equal(heartbeat.beat(25), "ping");
  assert.equal(heartbeat.due, 50);
  assert.equal(heartbeat.beat(50), "gone");
});

test("any sign of life after the ping is an answer, and the next ping goes out", () => {
  const heartbeat = new Heartbeat(25, 0);
  for (let now = 25; now <= 250; now += 25) {
    assert.equal(heartbeat.beat(now), "ping");
    heartbeat.heard();
    assert.equal(heartbeat.due, now + 25);
  }
});

test("a sign of life before the ping does not answer it", () => {
  const heartbeat = new Heartbeat(25, 0);
  heartbeat.heard();
  heartbeat.heard();
  assert.equal(heartbeat.beat(25), "ping");
  assert.equal(heartbeat.beat(50), "gone");
});

test("a beat that comes late counts its interval from then", () => {
  const heartbeat = new Heartbeat(25, 0);
  heartbeat.beat(90);
  assert.equal(heartbeat.due, 115);
});
