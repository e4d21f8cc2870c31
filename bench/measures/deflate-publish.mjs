/**
 * Publish of compressed JSON: a driver sends one message, the server publishes it to all who
 * subscribed, and the next goes when all have it. Cost is counted for each delivery.
 */
import { setTimeout as delay } from "node:timers/promises";
import { jsonMessage } from "../lib/contents.mjs";
import {
  COMPRESSED_TEXT,
  deflatedFrame,
  deflatedFrames,
  expectMessages,
  InflatingReader,
  openDeflating,
} from "../lib/deflated.mjs";
import { AnySizeCounter } from "../lib/frames.mjs";
import { WARM_UP } from "../lib/warm-up.mjs";

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
  await delay(WARM_UP);
  const before = { cpu: server.cpu(), total, time: performance.now() };
  await delay(seconds * 1000);
  const cpu = server.cpu() - before.cpu;
  const count = total - before.total;
  const elapsed = (performance.now() - before.time) / 1000;
  for (const client of [driver, ...subscribers]) client.reset();
  return { value: cpu / count, perSecond: count / elapsed };
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
