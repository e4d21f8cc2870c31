/** The whole server over real sockets, read the documented way, which is the reference. */
import assert from "node:assert/strict";
import { test } from "node:test";

// Before anything is loaded: the choice is made once for the process.
process.env.TRUNKLINE_TRANSPORT = "stream";
const { documentedOnly } = await import("../connection/transports.ts");
const { describeOpenSockets } = await import("./open-sockets.test.util.ts");

test("the documented transport is chosen", () => {
  assert.equal(documentedOnly, true);
});

describeOpenSockets();
