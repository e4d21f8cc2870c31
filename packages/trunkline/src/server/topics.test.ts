import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Subscriber, Topics } from "./topics.ts";

class Listener implements Subscriber {
  readonly frames: Uint8Array[] = [];
  sendEncoded(frame: Uint8Array): boolean {
    this.frames.push(frame);
    return true;
  }
}

describe("topics", () => {
  it("send to every subscriber the same frame, encoded once", () => {
    const topics = new Topics();
    const listeners = [new Listener(), new Listener()];
    for (const listener of listeners) topics.subscribe("news", listener);
    assert.equal(topics.publish("news", "hi"), 2);
    const [one, other] = listeners;
    assert.deepEqual([...one.frames[0]], [0x81, 2, 0x68, 0x69]);
    assert.equal(one.frames[0], other.frames[0]);
  });

  it("leave out the sender, and count without it", () => {
    const topics = new Topics();
    const [sender, other] = [new Listener(), new Listener()];
    topics.subscribe("news", sender);
    topics.subscribe("news", other);
    assert.equal(topics.publish("news", Uint8Array.of(7), sender), 1);
    assert.deepEqual(sender.frames, []);
    assert.deepEqual([...other.frames[0]], [0x82, 1, 7]);
  });

  it("count a subscriber once, however often it subscribed", () => {
    const topics = new Topics();
    const listener = new Listener();
    topics.subscribe("news", listener);
    topics.subscribe("news", listener);
    assert.equal(topics.publish("news", "hi"), 1);
    topics.unsubscribe("news", listener);
    assert.equal(topics.publish("news", "hi"), 0);
  });

  it("keep apart what has different names, whatever the names are", () => {
    const topics = new Topics();
    const listener = new Listener();
    topics.subscribe("__proto__", listener);
    assert.equal(topics.publish("constructor", "hi"), 0);
    assert.equal(topics.publish("", "hi"), 0);
    assert.equal(topics.publish("__proto__", "hi"), 1);
  });

  it("know nothing of an unsubscription that has no subscription", () => {
    const topics = new Topics();
    topics.unsubscribe("news", new Listener());
    assert.equal(topics.publish("news", "hi"), 0);
  });

  it("bear a subscriber that leaves while a message is sent", () => {
    const topics = new Topics();
    const last = new Listener();
    const leaving: Subscriber = {
      sendEncoded() {
        topics.unsubscribe("news", leaving);
        return false;
      },
    };
    topics.subscribe("news", leaving);
    topics.subscribe("news", last);
    assert.equal(topics.publish("news", "one"), 2);
    assert.equal(topics.publish("news", "two"), 1);
    assert.equal(last.frames.length, 2);
  });

  it("take an ArrayBuffer, and refuse at the call what has no bytes, subscribers or not", () => {
    const topics = new Topics();
    const listener = new Listener();
    topics.subscribe("news", listener);
    topics.publish("news", Uint8Array.of(1, 2).buffer);
    assert.deepEqual([...listener.frames[0]], [0x82, 2, 1, 2]);
    const wrong = 5 as unknown as string; // as from plain JavaScript
    assert.throws(() => topics.publish("news", wrong), TypeError);
    assert.throws(() => topics.publish("empty", wrong), TypeError);
  });
});
