// @ts-check
// A capture of the loopback by tcpdump, counted by the path of each request: the payloads of the TCP
// segments as the kernel carried them, each once.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Traffic } from "./traffic.mjs";

/** Why nothing can be captured here, or false. CI prepares tcpdump, and runs as root. */
export const skip = findReason();

function findReason() {
  if (process.env.CI) return false;
  const { status } = spawnSync("tcpdump", ["--version"]);
  if (status !== 0) return "no tcpdump: install it";
  return process.getuid?.() === 0 ? false : "only root may capture";
}

/**
 * @param {number} port the server's
 * @returns {Promise<{ readonly stop: () => Promise<Traffic> }>}
 */
export async function startCapture(port) {
  const args = ["-i", "lo", "-s", "0", "-B", "16384", "--immediate-mode", "-U", "-w", "-"];
  const child = spawn("tcpdump", [...args, `tcp port ${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  /** @type {Buffer[]} */
  const pieces = [];
  child.stdout.on("data", (piece) => pieces.push(piece));
  const exited = once(child, "close");
  for await (const line of createInterface(child.stderr)) {
    if (line.includes("listening on")) break;
  }
  const stop = async () => {
    child.kill("SIGINT");
    await exited;
    return countCapture(Buffer.concat(pieces), port);
  };
  return { stop };
}

/**
 * Reads a file of libpcap's classic format, little-endian, of Ethernet frames.
 *
 * @param {Buffer} file
 * @param {number} port
 */
export function countCapture(file, port) {
  const traffic = new Traffic();
  /** @type {Map<number, ReturnType<Traffic["connection"]>>} */
  const connections = new Map();
  /** @type {Set<string>} */
  const seen = new Set();
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const segment = readSegment(file.subarray(at + 16, at + 16 + length));
    at += 16 + length;
    if (segment === undefined || segment.payload.length === 0) continue;
    const { from, to, sequence, payload } = segment;
    // TCP sends a segment again when its acknowledgement is late, as on a busy machine.
    const name = `${from} ${to} ${sequence}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const peer = from === port ? to : from;
    const connection = connections.get(peer) ?? traffic.connection();
    connections.set(peer, connection);
    if (to === port) connection.fromBrowser(payload);
    else connection.fromServer(payload);
  }
  return traffic;
}

/**
 * @param {Buffer} frame
 * @returns {ReturnType<typeof readTcp> | undefined}
 */
function readSegment(frame) {
  const type = frame.readUInt16BE(12);
  const ip = frame.subarray(14);
  if (type === 0x0800) return readTcp(ip.subarray((ip.readUInt8(0) & 15) * 4, ip.readUInt16BE(2)));
  if (type === 0x86dd && ip.readUInt8(6) === 6) {
    return readTcp(ip.subarray(40, 40 + ip.readUInt16BE(4)));
  }
  return undefined;
}

/** @param {Buffer} tcp */
function readTcp(tcp) {
  const payload = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
  const sequence = tcp.readUInt32BE(4);
  return { from: tcp.readUInt16BE(0), to: tcp.readUInt16BE(2), sequence, payload };
}
