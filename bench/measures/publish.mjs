/**
 * Publish: a driver sends one message, the server publishes one or sixteen in that turn, and the
 * next message is sent when every subscriber has them all. Cost is counted for each delivery.
 */
import { distinctKey, distinctPayload, plainPayload } from "../lib/contents.mjs";
import { measureCost } from "../lib/cost.mjs";
import { FrameCounter, FrameReader, maskedFrame } from "../lib/frames.mjs";
import { openMany, RawClient } from "../lib/raw-client.mjs";
import { PUBLISHED_SIZE } from "../servers/announce.mjs";

const VERIFIED_TURNS = 20;

export async function measure(server, { connections, batch, opcode }, seconds) {
  const driver = await RawClient.open(server.port, `/publish-${batch}`);
  const subscribers = await openMany(server.port, "/topic", connections);
  const frame = maskedFrame(opcode, plainPayload(batch * PUBLISHED_SIZE), distinctKey(1));
  let total = 0;
  let missing = connections * batch;
  for (const subscriber of subscribers) {
    const counter = new FrameCounter(opcode, PUBLISHED_SIZE);
    subscriber.onBytes = (bytes, start, end) => {
      const count = counter.count(bytes, start, end);
      total += count;
      missing -= count;
      if (missing > 0) return;
      missing = connections * batch;
      driver.write(frame);
    };
  }
  driver.write(frame);
  const cost = await measureCost(server, seconds, () => total);
  for (const client of [driver, ...subscribers]) client.reset();
  return cost;
}

/** The untimed pass: every turn publishes other contents, and every subscriber must get them in order. */
export async function verify(server, { connections, batch, opcode }) {
  const driver = await RawClient.open(server.port, `/publish-${batch}`);
  const subscribers = await openMany(server.port, "/topic", connections);
  const readers = subscribers.map(() => new FrameReader());
  for (let turn = 0; turn < VERIFIED_TURNS; turn++) {
    const payloads = Array.from({ length: batch }, (_, i) =>
      distinctAscii(opcode, turn * batch + i),
    );
    const received = subscribers.map((subscriber, index) =>
      expectPayloads(subscriber, readers[index], opcode, payloads),
    );
    driver.write(maskedFrame(opcode, Buffer.concat(payloads), distinctKey(turn)));
    await Promise.all(received);
  }
  for (const client of [driver, ...subscribers]) client.reset();
}

/** The servers cut a text by characters: one byte each, so that it is the same cut for all. */
function distinctAscii(opcode, seed) {
  return distinctPayload(opcode, PUBLISHED_SIZE, seed).map((byte) => 32 + (byte % 90));
}

function expectPayloads(subscriber, reader, opcode, payloads) {
  const missing = [...payloads];
  return new Promise((resolve, reject) => {
    subscriber.onFailure = reject;
    subscriber.onBytes = (bytes, start, end) => {
      for (const frame of reader.read(bytes, start, end)) {
        const expected = missing.shift();
        if (frame.opcode !== opcode || expected === undefined || !frame.payload.equals(expected)) {
          return reject(new Error("a published message changed"));
        }
      }
      if (missing.length === 0) resolve();
    };
  });
}
