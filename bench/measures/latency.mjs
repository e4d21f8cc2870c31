/**
 * Latency at a fixed rate: from when a message was due to when its answer was there, or for a
 * published one, to when each subscriber had it. Microseconds.
 */
import { setTimeout as delay } from "node:timers/promises";
import { distinctKey, plainPayload } from "../lib/contents.mjs";
import { FrameCounter, maskedFrame } from "../lib/frames.mjs";
import { Pacer } from "../lib/pacer.mjs";
import { openMany, RawClient } from "../lib/raw-client.mjs";
import { percentile } from "../lib/stats.mjs";
import { WARM_UP } from "../lib/warm-up.mjs";
import { PUBLISHED_SIZE } from "../servers/announce.mjs";
import { verify as verifyEcho } from "./echo.mjs";
import { verify as verifyPublish } from "./publish.mjs";

/** Where few messages a second are sent, the round is as long as this many of them take. */
const LEAST_SENT = 6;
const PATIENCE = 3000;

export async function measure(server, row, seconds) {
  const load = await (row.batch === undefined ? openEcho : openPublish)(server, row);
  const pacer = new Pacer(row.perSecond, load.send);
  const duration = Math.max(seconds, LEAST_SENT / row.perSecond) * 1000;
  pacer.start();
  await delay(WARM_UP);
  load.latencies.length = 0;
  await delay(duration);
  pacer.stop();
  await allAnswered(load.dues);
  const latencies = load.latencies.map((milliseconds) => milliseconds * 1000);
  for (const client of load.clients) client.reset();
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

/** What is still on its way counts: it is the slowest. */
async function allAnswered(dues) {
  const latest = performance.now() + PATIENCE;
  while (dues.some((queue) => queue.length > 0)) {
    if (performance.now() > latest) throw new Error("some messages were never answered");
    await delay(5);
  }
}

/** Bursts of `depth` messages go to one connection after the other. */
async function openEcho(server, { path, connections, depth, opcode, size, replySize = size }) {
  const clients = await openMany(server.port, path, connections);
  const frame = maskedFrame(opcode, plainPayload(size), distinctKey(1));
  const burst = Buffer.concat(Array(depth).fill(frame));
  const latencies = [];
  const dues = clients.map((client) => watch(client, opcode, replySize, depth, latencies));
  let next = 0;
  const send = (due) => {
    dues[next].push(due);
    clients[next].write(burst);
    next = (next + 1) % connections;
  };
  return { clients, latencies, dues, send };
}

async function openPublish(server, { connections, batch, opcode }) {
  const driver = await RawClient.open(server.port, `/publish-${batch}`);
  const subscribers = await openMany(server.port, "/topic", connections);
  const frame = maskedFrame(opcode, plainPayload(batch * PUBLISHED_SIZE), distinctKey(1));
  const latencies = [];
  const dues = subscribers.map((client) => watch(client, opcode, PUBLISHED_SIZE, batch, latencies));
  const send = (due) => {
    for (const queue of dues) queue.push(due);
    driver.write(frame);
  };
  return { clients: [driver, ...subscribers], latencies, dues, send };
}

/** The times that are due on a connection; each is for `group` messages. */
function watch(client, opcode, size, group, latencies) {
  const counter = new FrameCounter(opcode, size);
  const dues = [];
  let within = 0;
  client.onBytes = (bytes, start, end) => {
    const now = performance.now();
    for (let count = counter.count(bytes, start, end); count > 0; count--) {
      latencies.push(now - dues[0]);
      if (++within < group) continue;
      within = 0;
      dues.shift();
    }
  };
  return dues;
}

export function verify(server, row) {
  return (row.batch === undefined ? verifyEcho : verifyPublish)(server, row);
}
