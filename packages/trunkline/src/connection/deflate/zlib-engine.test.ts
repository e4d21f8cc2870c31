import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCodec } from "../../testing/codec-contract.test.util.ts";
import { referenceEngine } from "./reference-engine.ts";
import { zlibEngine } from "./zlib-engine.ts";

test("works on this Node", () => {
  assert.ok(zlibEngine !== undefined);
});

describeCodec("the codec on zlib's handles", zlibEngine ?? referenceEngine);
