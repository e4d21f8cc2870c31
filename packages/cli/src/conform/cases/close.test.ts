import assert from "node:assert/strict";
import { it } from "node:test";
import type { OpenCase } from "../case.ts";
import type { Peer, PeerEvent } from "../peer.ts";
import { close } from "./close.ts";

/** Plays `close/after-text` to one that does this. */
async function play(...events: readonly PeerEvent[]): Promise<string> {
  const one = close().cases.find(({ slug }) => slug === "after-text") as OpenCase; // all of close are
  const queue = events.values();
  const next = async () => queue.next().value ?? { type: "silence" };
  // What the case uses of a peer.
  const peer = { feed: async () => {}, answerClose() {}, next } as unknown as Peer;
  const { verdict, came } = await one.play(peer, {
    maxMessageSize: undefined,
    memory: async () => undefined,
  });
  return `${verdict}: ${came}`;
}

const END = { type: "end", reset: false } as const;
const CLOSE = { type: "close", code: 1000, reason: "" } as const;

function text(payload: string): PeerEvent {
  return { type: "text", payload: Buffer.from(payload), compressed: false, frames: 1 };
}

it("a Close before the echo of what came earlier is tolerated, another message is not", async () => {
  const echo = text(" '.5<CJQX");
  assert.equal(await play(echo, CLOSE, END), "pass: a Close with 1000, then the end");
  assert.equal(
    await play(CLOSE, END),
    "tolerated: a Close with 1000, then the end, without the answers to what came before",
  );
  assert.equal(
    await play(text("other"), CLOSE, END),
    "fail: a text message of 5 bytes came, not the text message of 9 bytes back",
  );
  assert.equal(
    await play(CLOSE),
    "fail: a Close with 1000, then no end: the connection stayed open",
  );
  assert.equal(
    await play(END),
    "fail: the end of the stream came, not the text message of 9 bytes back",
  );
});
