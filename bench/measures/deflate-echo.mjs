/**
 * Echo of compressed JSON: one message in flight on each of `connections`, another one each time. The
 * cost is inflating it and compressing it again.
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
  const cost = await measureCost(server, seconds, () => total);
  for (const client of clients) client.reset();
  return cost;
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
