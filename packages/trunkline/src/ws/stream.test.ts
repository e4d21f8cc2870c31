import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { openPair } from "./pair.test.util.ts";
import { createWebSocketStream } from "./stream.ts";

test("bytes go through two streams, and the end of one ends the other", async (t) => {
  const { client, peer } = await openPair(t);
  const [ours, theirs] = [createWebSocketStream(client), createWebSocketStream(peer)];
  const chunks: string[] = [];
  theirs.on("data", (chunk) => chunks.push(String(chunk)));
  const ended = Promise.all([once(theirs, "end"), once(ours, "close")]);
  ours.resume();
  ours.write("one ");
  ours.end("two");
  await ended;
  assert.equal(chunks.join(""), "one two");
});

test("an error that nobody listens for is thrown, as from any stream", async (t) => {
  const { client } = await openPair(t);
  const caught = new Promise<Error>((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  t.after(() => process.setUncaughtExceptionCaptureCallback(null));
  createWebSocketStream(client).destroy(new Error("mine"));
  assert.equal((await caught).message, "mine");
});
