import assert from "node:assert/strict";
import { test } from "node:test";
import * as client from "./index.ts";

test("the client exports these names and no others", () => {
  assert.deepEqual(Object.keys(client).sort(), [
    "CloseEvent",
    "DialError",
    "WebSocket",
    "ping",
    "ref",
    "terminate",
    "unref",
  ]);
});
