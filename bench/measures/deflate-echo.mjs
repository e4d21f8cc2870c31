/**
 * Echo of compressed JSON: one message in flight on each of `connections`, another one each time. The
 * cost is inflating it and compressing it again.
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
const VERIFIED = 30;

export async function measure(server, row, seconds) {
  const clients = await openDeflating(server, "/echo", row.connections, row);
  const frames = deflatedFrames(row.size, DIFFERENT);
  let total = 0;
  for (const [index, client] of clients.entries()) {
    const counter = new AnySizeCounter(COMPRESSED_TEXT);
    let next = index;
    client.onBytes = (bytes, start, end) => {
      const count = counter.count(bytes, start, end);
      total += count;
      for (let i = 0; i < count; i++) client.write(frames[next++ % DIFFERENT]);
    };
    client.write(frames[next++ % DIFFERENT]);
  }
  await delay(WARM_UP);
  const before = { cpu: server.cpu(), total, time: performance.now() };
  await delay(seconds * 1000);
  const cpu = server.cpu() - before.cpu;
  const count = total - before.total;
  const elapsed = (performance.now() - before.time) / 1000;
  for (const client of clients) client.reset();
  return { value: cpu / count, perSecond: count / elapsed };
}

/** The untimed pass: every message comes back compressed, and as it went. */
export async function verify(server, row) {
  const clients = await openDeflating(server, "/echo", row.connections, row);
  await Promise.all(
    clients.map(async (client, index) => {
      const messages = Array.from({ length: VERIFIED }, (_, i) =>
        jsonMessage(row.size, index * VERIFIED + i),
      );
      const reader = new InflatingReader();
      const done = expectMessages(client, reader, messages);
      client.write(Buffer.concat(messages.map((message) => deflatedFrame(message))));
      await done;
      client.reset();
    }),
  );
}
