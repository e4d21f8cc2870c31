import assert from "node:assert/strict";
import { test } from "node:test";
import { pattern } from "../../testing/frames.test.util.ts";
import { createDeflateCodec } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

/** Notes how much history it is given; what begins with 0 does not get smaller, or is corrupt. */
function notingEngine(notes: string[]): Engine {
  return {
    deflate(payload, before, { windowBits }) {
      notes.push(`deflate ${windowBits} after ${before?.length ?? 0}`);
      return payload[0] === 0 ? undefined : payload.subarray(1);
    },
    inflate(payload, before) {
      notes.push(`inflate after ${before?.length ?? 0}`);
      return payload[0] === 0 ? "corrupt" : Uint8Array.from(payload);
    },
  };
}

const message = pattern(2000, 1);
const incompressible = new Uint8Array(2000);
const parameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 10,
  clientMaxWindowBits: 12,
};

test("each side compresses with its own parameters and inflates with the other's", () => {
  for (const [role, expected] of [
    [
      "server",
      ["deflate 10 after 0", "inflate after 0", "deflate 10 after 1024", "inflate after 2000"],
    ],
    [
      "client",
      ["deflate 12 after 0", "inflate after 0", "deflate 12 after 2000", "inflate after 1024"],
    ],
  ] as const) {
    const notes: string[] = [];
    const codec = createDeflateCodec(role, parameters, DEFAULT_SETTINGS, notingEngine(notes));
    for (let round = 0; round < 2; round++) {
      codec.deflate(message);
      codec.inflate(message, 10_000);
    }
    assert.deepEqual(notes, expected);
  }
});

test("without context takeover each message stands by itself, each way apart", () => {
  for (const [serverNoContextTakeover, expected] of [
    [true, ["deflate 10 after 0", "inflate after 2000"]],
    [false, ["deflate 10 after 1024", "inflate after 0"]],
  ] as const) {
    const notes: string[] = [];
    const codec = createDeflateCodec(
      "server",
      { ...parameters, serverNoContextTakeover, clientNoContextTakeover: !serverNoContextTakeover },
      DEFAULT_SETTINGS,
      notingEngine(notes),
    );
    for (let round = 0; round < 2; round++) {
      codec.deflate(message);
      codec.inflate(message, 10_000);
    }
    assert.deepEqual(notes.slice(2), expected);
  }
});

test("what goes out plain is not in the window, nor what was corrupt", () => {
  const notes: string[] = [];
  const codec = createDeflateCodec("server", parameters, DEFAULT_SETTINGS, notingEngine(notes));
  assert.equal(codec.deflate(incompressible), undefined);
  assert.equal(codec.deflate(message.subarray(0, 1000)), undefined);
  assert.equal(codec.inflate(incompressible, 10_000), "corrupt");
  codec.deflate(message);
  codec.inflate(message, 10_000);
  assert.deepEqual(notes.slice(2), ["deflate 10 after 0", "inflate after 0"]);
});

test("after a shared message the next one refers to nothing before it", () => {
  const notes: string[] = [];
  const engine = notingEngine(notes);
  const codec = createDeflateCodec("server", parameters, DEFAULT_SETTINGS, engine);
  codec.deflate(message);
  assert.ok(codec.shared.deflate(message) !== undefined);
  codec.forgetSent();
  codec.deflate(message);
  assert.deepEqual(notes, ["deflate 10 after 0", "deflate 10 after 0", "deflate 10 after 0"]);
});

test("a message under the threshold goes out plain, unless it is forced", () => {
  const settings = { ...DEFAULT_SETTINGS, threshold: 100 };
  const codec = createDeflateCodec("server", parameters, settings, notingEngine([]));
  for (const compressing of [codec, codec.shared]) {
    assert.equal(compressing.deflate(pattern(99, 1)), undefined);
    assert.ok(compressing.deflate(pattern(99, 1), true) !== undefined);
    assert.ok(compressing.deflate(pattern(100, 1)) !== undefined);
  }
});
