/** The whole server over real sockets, read the fast way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { documentedOnly } from "../connection/transports.ts";
import { describeOpenSockets } from "./open-sockets.test.util.ts";

test("the fast transport is chosen", {
  skip: process.env.TRUNKLINE_TRANSPORT !== undefined,
}, () => {
  assert.equal(documentedOnly, false);
});

describeOpenSockets();
