/**
 * Publish of compressed JSON: a driver sends one message, the server publishes it to all who
 * subscribed, and the next goes when all have it. Cost is counted for each delivery.
 */
import { jsonMessage } from "../lib/contents.mjs";
import { measureCost } from "../lib/cost.mjs";
import {
  COMPRESSED_TEXT,
  deflatedFrame,
  deflatedFrames,
  expectMessages,
  InflatingReader,
  openDeflating,
} from "../lib/deflated.mjs";
import { AnySizeCounter } from "../lib/frames.mjs";

export { start } from "../lib/deflated.mjs";

const DIFFERENT = 64;
const VERIFIED = 20;

export async function measure(server, row, seconds) {
  const [driver] = await openDeflating(server, "/publish", 1, row);
  const subscribers = await openDeflating(server, "/topic", row.connections, row);
  const frames = deflatedFrames(row.size, DIFFERENT);
  let total = 0;
  let turn = 0;
  for (const subscriber of subscribers) {
    const counter = new AnySizeCounter(COMPRESSED_TEXT);
    subscriber.onBytes = (bytes, start, end) => {
      const count = counter.count(bytes, start, end);
      total += count;
      if (count > 0 && total % row.connections === 0) driver.write(frames[turn++ % DIFFERENT]);
    };
  }
  driver.write(frames[turn++ % DIFFERENT]);
  const cost = await measureCost(server, seconds, () => total);
  for (const client of [driver, ...subscribers]) client.reset();
  return cost;
}

/** The untimed pass: every subscriber gets every message compressed, in order. */
export async function verify(server, row) {
  const [driver] = await openDeflating(server, "/publish", 1, row);
  const subscribers = await openDeflating(server, "/topic", row.connections, row);
  const messages = Array.from({ length: VERIFIED }, (_, seed) => jsonMessage(row.size, seed));
  const received = subscribers.map((subscriber) =>
    expectMessages(subscriber, new InflatingReader(), messages),
  );
  driver.write(Buffer.concat(messages.map((message) => deflatedFrame(message))));
  await Promise.all(received);
  for (const client of [driver, ...subscribers]) client.reset();
}
