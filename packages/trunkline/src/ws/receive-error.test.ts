import assert from "node:assert/strict";
import { test } from "node:test";
import { type Failure, failures } from "../protocol/failures.ts";
import { receiveError } from "./receive-error.ts";

for (const [name, failure] of Object.entries<Failure>(failures)) {
  test(`${name} has a code and a message of its own kind`, () => {
    const error = receiveError(failure, 3);
    assert.match(error.code, /^(WS_ERR_[A-Z0-9_]+|Z_DATA_ERROR|ERR_INTERNAL)$/);
    assert.ok(error instanceof Error && error.message.length > 0);
    if (failure.code === 1007 || failure.code === 1011) assert.ok(!(error instanceof RangeError));
    else assert.ok(error instanceof RangeError);
  });
}

test("a number that must not be there is named where ws names it", () => {
  const { reservedOpcode, messageInterrupted, controlTooLong, closeCode, closeLength } = failures;
  const messages = [
    receiveError(reservedOpcode, 11),
    receiveError(messageInterrupted, 2),
    receiveError(controlTooLong, 126),
    receiveError(closeCode, 1005),
    receiveError(closeLength),
  ].map(({ message }) => message.replace("Invalid WebSocket frame: ", ""));
  assert.deepEqual(messages, [
    "invalid opcode 11",
    "invalid opcode 2",
    "invalid payload length 126",
    "invalid status code 1005",
    "invalid payload length 1",
  ]);
});
