/**
 * What compression adds to a connection's memory: connections without it exchange 1 MB each way and
 * fall idle, then as many with it do the same, in one fresh process. In KB (1000 bytes) of resident
 * set for each connection, over that of one without.
 */
import { distinctKey, jsonMessage } from "../lib/contents.mjs";
import { COMPRESSED_TEXT, deflatedFrames, exchange, openDeflating } from "../lib/deflated.mjs";
import { maskedFrame, TEXT } from "../lib/frames.mjs";
import { openMany } from "../lib/raw-client.mjs";

export { start } from "../lib/deflated.mjs";
export { verify } from "./deflate-echo.mjs";

const DIFFERENT = 64;
/** Connections with compression that only warm up the code. */
const WARMING = 4;

export async function measure(server, row) {
  const { connections, size } = row;
  const messages = Array.from({ length: DIFFERENT }, (_, seed) => jsonMessage(size, seed));
  const plain = messages.map((message) => maskedFrame(TEXT, message, distinctKey(size)));
  const deflated = deflatedFrames(size, DIFFERENT);
  // Code is compiled and the heap grows for both kinds before anything is compared. Only few with
  // compression: what they let go of, the others would take.
  const [plainWarming, warming] = [
    await openMany(server.port, "/echo", connections),
    await openDeflating(server, "/echo", WARMING, row),
  ];
  await exchange(plainWarming, plain, TEXT, row.messages);
  await exchange(warming, deflated, COMPRESSED_TEXT, 5 * row.messages);
  for (const client of plainWarming) client.reset();
  const empty = await server.memory();
  const without = await openMany(server.port, "/echo", connections);
  await exchange(without, plain, TEXT, row.messages);
  const before = await server.memory();
  const clients = await openDeflating(server, "/echo", connections, row);
  await exchange(clients, deflated, COMPRESSED_TEXT, row.messages);
  const after = await server.memory();
  for (const client of [...warming, ...without, ...clients]) client.reset();
  return { value: (after.rss - before.rss - (before.rss - empty.rss)) / connections / 1000 };
}
