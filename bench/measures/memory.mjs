/**
 * Memory of an idle connection: a fresh server, a collection, many connections, a collection. In KB
 * (1000 bytes) of resident set for each; the kernel's own buffers are not in it.
 */
import { openMany } from "../lib/raw-client.mjs";

const WARM_UP = 500;

export async function measure(server, { path, connections }) {
  // The first connections load code and grow the heap: that is not theirs.
  for (const client of await openMany(server.port, path, WARM_UP)) client.reset();
  const before = await server.memory();
  const clients = await openMany(server.port, path, connections);
  const after = await server.memory();
  for (const client of clients) client.reset();
  return { value: (after.rss - before.rss) / connections / 1000 };
}

export async function verify() {}
