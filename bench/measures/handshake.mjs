/**
 * Handshakes: batches of connections that shake hands and are reset, one batch after the other.
 * The server's CPU for each holds everything from the accept to the cleaning up after the reset.
 */
import { RawClient } from "../lib/raw-client.mjs";
import { WARM_UP } from "../lib/warm-up.mjs";

const BATCH = 50;

export async function measure(server, { path }, seconds) {
  await shakeHandsFor(WARM_UP / 1000, server.port, path);
  const before = { cpu: server.cpu(), time: performance.now() };
  const count = await shakeHandsFor(seconds, server.port, path);
  const cpu = server.cpu() - before.cpu;
  return { value: cpu / count, perSecond: (count / (performance.now() - before.time)) * 1000 };
}

async function shakeHandsFor(seconds, port, path) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    const opening = Array.from({ length: BATCH }, () => RawClient.open(port, path));
    for (const client of await Promise.all(opening)) client.reset();
    count += BATCH;
  }
  return count;
}

/**
 * Every handshake is checked as it is made, timed or not: 101, and the accept value of its key. This
 * pass is for the compiler, which a handshake keeps busy longer than a message does.
 */
export async function verify(server, { path }) {
  await shakeHandsFor(1, server.port, path);
}
