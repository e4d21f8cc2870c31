import assert from "node:assert/strict";
import { test } from "node:test";
import { type Failure, failures } from "../protocol/failures.ts";
import { receiveError } from "./receive-error.ts";

for (const [name, failure] of Object.entries<Failure>(failures)) {
  test(`${name} has a code and a message of its own kind`, () => {
    const error = receiveError(failure);
    assert.match(error.code, /^(WS_ERR_[A-Z0-9_]+|Z_DATA_ERROR|ERR_INTERNAL)$/);
    assert.ok(error instanceof Error && error.message.length > 0);
    if (failure.code === 1007 || failure.code === 1011) assert.ok(!(error instanceof RangeError));
    else assert.ok(error instanceof RangeError);
  });
}
