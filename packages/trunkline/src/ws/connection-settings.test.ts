import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { test } from "node:test";
import { boundOf, settingsFor, socketDefaults } from "./connection-settings.ts";

test("a limit of 0, or none, is what one Buffer can hold", () => {
  assert.deepEqual([undefined, 0, -1].map(boundOf), Array(3).fill(constants.MAX_LENGTH));
  assert.equal(boundOf(5), 5);
});

test("connections with the same options share their settings, others do not", () => {
  const server = settingsFor("server", socketDefaults, socketDefaults);
  assert.equal(settingsFor("server", { ...socketDefaults }, socketDefaults), server);
  assert.notEqual(settingsFor("client", socketDefaults, socketDefaults), server);
  const small = settingsFor("server", socketDefaults, { ...socketDefaults, maxPayload: 5 });
  assert.equal(small.maxMessageSize, 5);
  assert.equal(server.maxMessageSize, 104_857_600);
});

test("the options become settings", () => {
  const second = { maxFragments: 3, maxBufferedChunks: 4, skipUTF8Validation: true };
  const settings = settingsFor("client", { closeTimeout: 7 }, second);
  assert.equal(settings.role, "client");
  assert.equal(settings.closeTimeout, 7);
  assert.ok(settings.clock.resolution <= 10, "a short closeTimeout is not much longer");
  assert.equal(settings.maxFragments, 3);
  assert.equal(settings.maxPieces, 4);
  assert.equal(settings.texts, "unchecked");
  assert.equal(settings.heartbeat, 0);
  assert.equal(settings.autoPong, false);
});
