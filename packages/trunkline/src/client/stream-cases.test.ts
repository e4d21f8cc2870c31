/** Our WebSocketStream against the table of cases; tests/browser runs it against Chromium's own. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closePayload, encodeFrame, startPeer } from "./scripted-peer.test.util.ts";
import { answer, streamCases } from "./stream-cases.test.util.ts";
import { WebSocketError } from "./websocket-error.ts";
import { WebSocketStream } from "./websocket-stream.ts";

const server = await startPeer({ after }, (peer) => answer(peer, { encodeFrame, closePayload }));
const kit = { WebSocketStream, WebSocketError, base: server.url.slice(0, -1) };

for (const { name, run, expected } of streamCases) {
  test(name, async () => assert.deepEqual(await run(kit), expected));
}

test("every difference from Chromium is one, and has its reason", () => {
  for (const { name, expected, chromium } of streamCases) {
    if (chromium === undefined) continue;
    assert.notDeepEqual(chromium.gives, expected, name);
    assert.ok(chromium.why.length > 20, name);
  }
});
