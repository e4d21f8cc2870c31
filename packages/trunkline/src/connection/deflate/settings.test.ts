import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { DEFAULT_SETTINGS } from "./settings.ts";

test("what is chosen when nobody says is what zlib takes", () => {
  const { threshold, level, memoryLevel } = DEFAULT_SETTINGS;
  const message = Buffer.alloc(threshold, "of itself ");
  const deflated = deflateRawSync(message, { level, memLevel: memoryLevel });
  assert.ok(deflated.length < threshold, "a message of the threshold's size is compressed");
});
