import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { test } from "node:test";
import { ReceiverView } from "./receiver-view.ts";

test("a limit that is set is the connection's, and 0 is none", () => {
  const connection = { maxMessageSize: 5 };
  const view = new ReceiverView(connection, 5);
  assert.equal(view._maxPayload, 5);
  view._maxPayload = 7;
  assert.deepEqual([view._maxPayload, connection.maxMessageSize], [7, 7]);
  view._maxPayload = 0;
  assert.equal(connection.maxMessageSize, constants.MAX_LENGTH);
  assert.equal(new ReceiverView(connection, undefined)._maxPayload, 0);
});
