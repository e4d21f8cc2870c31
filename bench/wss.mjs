/**
 * wss, beside the rows: echo of 64 B text on 100 connections over TLS, ours as it is, ours read the
 * documented way (`TRUNKLINE_TRANSPORT=stream`), and `ws` over https. The client unmasks nothing but
 * pays for TLS as the server does, so look at the server's CPU only.
 *
 *     node wss.mjs [rounds] [seconds]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "node:tls";
import { FrameCounter, maskedFrame, TEXT } from "./lib/frames.mjs";
import { describeMachine } from "./lib/machine.mjs";
import { ServerProcess } from "./lib/server-process.mjs";
import { median, ratio, spread } from "./lib/stats.mjs";
import { WARM_UP } from "./lib/warm-up.mjs";
import { announce } from "./servers/announce.mjs";

const CONNECTIONS = 100;
const SIZE = 64;
const REQUEST =
  "GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const programs = { trunkline: "", "trunkline, stream": "stream", ws: "" };

const [first = "3", second = "1.5", folder] = process.argv.slice(2);
if (first in servers()) await servers()[first](folder);
else await measureAll(Number(first), Number(second));

function servers() {
  const tls = (folder) => ({
    key: readFileSync(join(folder, "key.pem")),
    cert: readFileSync(join(folder, "cert.pem")),
  });
  return {
    async trunkline(folder) {
      const { serve } = await import("trunkline/server");
      const message = (socket, data) => void socket.send(data);
      const server = await serve({ tls: tls(folder), routes: { "/echo": { message } } });
      announce(server.port);
    },
    async ws(folder) {
      const { WebSocketServer } = await import("ws");
      const server = createServer(tls(folder));
      new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
        socket.on("error", () => {});
        socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      server.listen(0, "127.0.0.1", () => announce(server.address().port));
    },
  };
}

async function measureAll(rounds, seconds) {
  const folder = mkdtempSync(join(tmpdir(), "wss-"));
  makeCertificate(folder);
  const running = {};
  for (const [name, transport] of Object.entries(programs)) {
    process.env.TRUNKLINE_TRANSPORT = transport;
    running[name] = await ServerProcess.start("wss.mjs", [name.split(",")[0], "", folder]);
  }
  console.log(describeMachine());
  for (const depth of [1, 16]) await measureRow(running, depth, rounds, seconds);
  for (const server of Object.values(running)) await server.stop();
  rmSync(folder, { recursive: true });
  process.exit();
}

function makeCertificate(folder) {
  const asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1";
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const args = [...asked.split(" "), "-subj", "/CN=localhost", ...files];
  execFileSync("openssl", args, { stdio: "ignore" });
}

async function measureRow(running, depth, rounds, seconds) {
  const costs = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, server] of Object.entries(running)) {
      costs[name].push(await measure(server, depth, seconds));
    }
  }
  const shown = Object.entries(costs).map(([name, values]) => {
    const cost = `${median(values).toFixed(2)} µs ±${Math.round(100 * spread(values))} %`;
    return `${name} ${cost} (ours ${ratio(costs.trunkline, values).toFixed(2)} of it)`;
  });
  console.log(`wss-echo-${CONNECTIONS}x${depth}x${SIZE}: ${shown.join("; ")}`);
}

async function measure(server, depth, seconds) {
  const load = { count: 0 };
  const payload = Buffer.alloc(SIZE, "trunkline");
  const frame = maskedFrame(TEXT, payload, Buffer.from([1, 2, 3, 4]));
  const frames = Buffer.concat(Array(depth).fill(frame));
  const sockets = [];
  while (sockets.length < CONNECTIONS) sockets.push(await open(server.port));
  for (const socket of sockets) {
    const counter = new FrameCounter(TEXT, SIZE);
    socket.on("data", (bytes) => {
      const count = counter.count(bytes, 0, bytes.length);
      load.count += count;
      if (count > 0) socket.write(frames.subarray(0, count * frame.length));
    });
    socket.write(frames);
  }
  await delay(WARM_UP);
  const before = { cpu: server.cpu(), count: load.count };
  await delay(seconds * 1000);
  const cost = (server.cpu() - before.cpu) / (load.count - before.count);
  for (const socket of sockets) socket.destroy();
  return cost;
}

function open(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.write(REQUEST);
    socket.once("data", (bytes) => {
      if (bytes.toString("latin1").startsWith("HTTP/1.1 101")) resolve(socket);
      else reject(new Error("the handshake failed"));
    });
  });
}
