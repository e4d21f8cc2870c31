// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble, committed, moduleText } from "../scripts/wasm.mjs";

test("the committed module is what the source assembles to", async () => {
  assert.equal(committed(), moduleText(await assemble()));
});
