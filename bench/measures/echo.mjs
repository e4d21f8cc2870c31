/**
 * Echo and reply: `depth` messages in flight on each of `connections`. Each message that comes back
 * sends the next. The row says the path, the opcode, the size sent and the size expected.
 */
import { distinctKey, distinctPayload, plainPayload } from "../lib/contents.mjs";
import { measureCost } from "../lib/cost.mjs";
import { FrameCounter, FrameReader, maskedFrame } from "../lib/frames.mjs";
import { openMany } from "../lib/raw-client.mjs";
import { FILLER } from "../servers/announce.mjs";

const VERIFIED_BYTES = 8 * 1024 * 1024;

export async function measure(server, row, seconds) {
  const load = await open(server, row);
  load.start();
  const cost = await measureCost(server, seconds, () => load.count);
  load.stop();
  return cost;
}

async function open(server, { path, connections, depth, opcode, size, replySize = size }) {
  const clients = await openMany(server.port, path, connections);
  const frame = maskedFrame(opcode, plainPayload(size), distinctKey(1));
  const frames = Buffer.concat(Array(depth).fill(frame));
  const load = {
    count: 0,
    start() {
      for (const client of clients) client.write(frames);
    },
    stop() {
      for (const client of clients) client.reset();
    },
  };
  for (const client of clients) {
    const counter = new FrameCounter(opcode, replySize);
    client.onBytes = (bytes, start, end) => {
      const count = counter.count(bytes, start, end);
      if (count === 0) return;
      load.count += count;
      client.write(count === depth ? frames : frames.subarray(0, count * frame.length));
    };
  }
  return load;
}

/** The untimed pass: every payload is its own, and must come back as it went. */
export async function verify(server, row) {
  const clients = await openMany(server.port, row.path, row.connections);
  const perClient = Math.max(3, Math.ceil(VERIFIED_BYTES / row.connections / (row.size + 200)));
  const count = Math.max(row.depth, Math.min(perClient, 400));
  await Promise.all(clients.map((client, index) => verifyOne(client, row, index, count)));
  for (const client of clients) client.reset();
}

function verifyOne(client, row, index, count) {
  const { opcode, size, depth } = row;
  const expected = [];
  const reader = new FrameReader();
  let sent = 0;
  let received = 0;
  const sendNext = () => {
    const seed = index * 1_000_003 + sent++;
    const payload = distinctPayload(opcode, size, seed);
    expected.push(row.replySize ? Buffer.concat([payload, Buffer.from(FILLER)]) : payload);
    return maskedFrame(opcode, payload, distinctKey(seed));
  };
  return new Promise((resolve, reject) => {
    client.onFailure = reject;
    client.onBytes = (bytes, start, end) => {
      const next = [];
      for (const frame of reader.read(bytes, start, end)) {
        const same = frame.opcode === opcode && frame.payload.equals(expected.shift());
        if (!same) return reject(new Error(`message ${received} of connection ${index} changed`));
        received++;
        if (sent < count) next.push(sendNext());
      }
      if (next.length > 0) client.write(Buffer.concat(next));
      if (received === count) resolve();
    };
    client.write(Buffer.concat(Array.from({ length: depth }, sendNext)));
  });
}
