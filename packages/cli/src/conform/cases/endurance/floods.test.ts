import assert from "node:assert/strict";
import { it } from "node:test";
import type { OpenCase } from "../../case.ts";
import type { Peer } from "../../peer.ts";
import { makeFloods } from "./floods.ts";

/** Plays a bomb to one that sends all of it back. */
async function playBomb(maxMessageSize: number | undefined) {
  const bomb = makeFloods().find(
    (one): one is OpenCase => one.kind === "open" && one.slug === "bomb-binary",
  );
  const payload = Buffer.alloc(256 * 1_048_576);
  const message = { type: "binary", payload, compressed: true, frames: 1 };
  // What a bomb uses of a peer.
  const peer = { wire: { isOver: false }, send() {}, next: async () => message } as unknown as Peer;
  const { verdict, came } = (await bomb?.play(peer, {
    maxMessageSize,
    memory: async () => undefined,
  })) ?? { verdict: "none", came: "there is no such case" };
  return `${verdict}: ${came}`;
}

it("a bomb that comes back whole is a failure only of one that has a limit below", async () => {
  assert.equal(
    await playBomb(undefined),
    "informational: all 256 MiB came back: it has no limit below",
  );
  assert.equal(await playBomb(2 ** 24), "fail: a binary message of 268435456 bytes came");
});
