// Small faults in our own built code, two for each group of the suite, and whether the group finds them:
// one in each role where the group is for both. A mutation is a replacement of text in a copy of the library; its group is played to that copy.
//   node conform/mutations.mjs [group …]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const library = fileURLToPath(new URL("../../packages/trunkline", import.meta.url));
const main = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/**
 * @typedef Mutation
 * @property {string} group
 * @property {"server" | "client"} tested
 * @property {string} what the fault, in words
 * @property {string} file
 * @property {string} from as often as it stands there
 * @property {string} to
 * @property {string} [only] less than the group
 */

/** @type {readonly Mutation[]} */
export const mutations = [
  {
    group: "handshake",
    tested: "server",
    what: "methods other than GET open a WebSocket",
    file: "protocol/handshake.js",
    from: 'if (method !== "GET")',
    to: "if (false)",
    only: "handshake/method-*",
  },
  {
    group: "answer",
    tested: "client",
    what: "any Upgrade is taken",
    file: "protocol/handshake.js",
    from: 'if (upgrade === undefined || !equalsIgnoringCase(upgrade, "websocket"))',
    to: "if (false)",
    only: "answer/upgrade-*",
  },
  {
    group: "framing",
    tested: "client",
    what: "a length of 65535 is written in 64 bits",
    file: "protocol/frame.js",
    from: "length < 65_536",
    to: "length < 65_535",
    only: "framing/text-*-whole",
  },
  {
    group: "pings",
    tested: "client",
    what: "a pong has 124 bytes at most",
    file: "connection/connection.js",
    from: "this.#core.pong(data);",
    to: "this.#core.pong(data.subarray(0, 124));",
    only: "pings/ping-1*",
  },
  {
    group: "reserved",
    tested: "client",
    what: "a masked frame of a server is taken",
    file: "protocol/reader.js",
    from: 'this.#fail(this.#masked ? "unmaskedFromClient" : "maskedFromServer")',
    to: 'this.#masked ? this.#fail("unmaskedFromClient") : undefined',
    only: "reserved/masked-*",
  },
  {
    group: "fragmentation",
    tested: "client",
    what: "a continuation of nothing is a message",
    file: "protocol/reader.js",
    from: 'this.#fail("nothingToContinue")',
    to: "undefined",
    only: "fragmentation/continuation-*",
  },
  {
    group: "utf8",
    tested: "client",
    what: "a reason that is not UTF-8 is passed over",
    file: "protocol/close.js",
    from: 'unchecked ? { code, reason: "" } : "closeReason"',
    to: '{ code, reason: "" }',
    only: "utf8/reason-*",
  },
  {
    group: "close",
    tested: "client",
    what: "1005 is taken from a frame",
    file: "protocol/close.js",
    from: " && code !== 1005",
    to: "",
    only: "close/illegal-1*",
  },
  {
    group: "endurance",
    tested: "client",
    what: "what is inflated has no limit",
    file: "protocol/reader.js",
    from: "codec.inflate(payload, this.#maxMessageSize)",
    to: "codec.inflate(payload, 2 ** 29)",
    only: "endurance/bomb-text",
  },
  {
    group: "limits",
    tested: "client",
    what: "the limit is that of a fragment",
    file: "protocol/reader.js",
    from: "this.#messageLength + length > this.#maxMessageSize &&",
    to: "length > this.#maxMessageSize &&",
    only: "limits/over-limit-*",
  },
  {
    group: "negotiation",
    tested: "server",
    what: "server_no_context_takeover is taken and not answered",
    file: "protocol/permessage-deflate.js",
    from: 'given.push(["server_no_context_takeover", true]);',
    to: ";",
    only: "negotiation/offer-*",
  },
  {
    group: "agreement",
    tested: "client",
    what: "a window may be written with a zero in front",
    file: "protocol/permessage-deflate.js",
    from: "/^(?:[89]|1[0-5])$/",
    to: "/^0?(?:[89]|1[0-5])$/",
  },
  {
    group: "compression",
    tested: "client",
    what: "of the context that is taken over nothing is kept",
    file: "connection/deflate/codec.js",
    from: "this.#received?.push(inflated);",
    to: ";",
    only: "compression/plain-*",
  },
  {
    group: "deflate",
    tested: "client",
    what: "RSV1 may stand on a ping",
    file: "protocol/reader.js",
    from: "this.#codec === undefined || opcode >= CLOSE",
    to: "this.#codec === undefined",
    only: "deflate/rsv1-*",
  },
  {
    group: "throughput",
    tested: "client",
    what: "a length has 24 bits at most",
    file: "protocol/frame.js",
    from: "length % 0x1_0000_0000",
    to: "length & 0xff_ffff",
    only: "throughput/*-8-mib,throughput/*-16-mib",
  },
  {
    group: "handshake",
    tested: "server",
    what: "any Sec-WebSocket-Key is taken",
    file: "protocol/handshake.js",
    from: "if (!isKey(key))",
    to: "if (false)",
    only: "handshake/*key*",
  },
  {
    group: "answer",
    tested: "client",
    what: "any Sec-WebSocket-Accept is taken",
    file: "protocol/handshake.js",
    from: "if (accept === expected)",
    to: "if (true)",
  },
  {
    group: "framing",
    tested: "server",
    what: "lengths need not be minimal",
    file: "protocol/reader.js",
    from: 'return this.#fail("lengthNotMinimal");',
    to: ";",
  },
  {
    group: "pings",
    tested: "server",
    what: "control frames may be fragmented",
    file: "protocol/reader.js",
    from: 'return this.#fail("controlFragmented");',
    to: "return undefined;",
  },
  {
    group: "reserved",
    tested: "server",
    what: "RSV2 and RSV3 are passed over",
    file: "protocol/reader.js",
    from: 'return this.#fail("reservedBits");',
    to: "return undefined;",
  },
  {
    group: "fragmentation",
    tested: "server",
    what: "a message may begin inside another",
    file: "protocol/reader.js",
    from: 'this.#fail("messageInterrupted", opcode)',
    to: "undefined",
  },
  {
    group: "utf8",
    tested: "server",
    what: "text that is not UTF-8 becomes a question mark",
    file: "protocol/reader.js",
    from: 'this.#fail("textNotUtf8")',
    to: '{ type: "text", data: "?" }',
  },
  {
    group: "close",
    tested: "server",
    what: "codes above 4999 are legal",
    file: "protocol/close.js",
    from: "code <= 4999",
    to: "code <= 65535",
  },
  {
    group: "endurance",
    tested: "server",
    what: "what is inflated has no limit",
    file: "protocol/reader.js",
    from: "codec.inflate(payload, this.#maxMessageSize)",
    to: "codec.inflate(payload, 2 ** 29)",
    only: "endurance/bomb-binary",
  },
  {
    group: "limits",
    tested: "server",
    what: "a message may be a byte larger than the limit",
    file: "protocol/reader.js",
    from: "length > this.#maxMessageSize &&",
    to: "length > this.#maxMessageSize + 1 &&",
  },
  {
    group: "negotiation",
    tested: "server",
    what: "parameters that nobody knows are passed over",
    file: "protocol/permessage-deflate.js",
    from: 'return fault("has a parameter that is not defined");',
    to: "continue;",
  },
  {
    group: "agreement",
    tested: "client",
    what: "a parameter may stand twice",
    file: "protocol/permessage-deflate.js",
    from: "if (given[name] !== undefined)",
    to: "if (false)",
  },
  {
    group: "compression",
    tested: "server",
    what: "the window is larger than agreed",
    file: "connection/deflate/zlib-engine.js",
    from: "Math.max(SMALLEST_WINDOW_BITS, windowBits)",
    to: "15",
  },
  {
    group: "deflate",
    tested: "server",
    what: "RSV1 may stand on a continuation",
    file: "protocol/reader.js",
    from: 'opcode === CONTINUATION ? this.#fail("compressedContinuation") : undefined',
    to: "undefined",
  },
  {
    group: "throughput",
    tested: "server",
    what: "a block that grows forgets what it held",
    file: "protocol/reader.js",
    from: "larger.set(this.#message.subarray(0, this.#messageLength));",
    to: "",
    only: "throughput/binary-fragments-of-*-kib",
  },
];

const SERVER = `
import { serve } from "trunkline/server";
const message = (socket, data) => void socket.send(data);
const routes = { "/echo": { origins: "any", message } };
const { port } = await serve({ port: 0, routes, logger: {} });
console.log(port);
`;

const CLIENT = `
import { WebSocket } from "trunkline";
const base = "localhost:" + process.argv[2];
const ask = async (path) => (await fetch("http://" + base + path)).json();
for (const { number } of (await ask("/cases")).cases) {
  await new Promise((done) => {
    setTimeout(done, 65_000).unref();
    const socket = new WebSocket("ws://" + base + "/case/" + number);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = done;
  });
}
await ask("/report");
`;

/**
 * Plays a group to a copy of the library, with a mutation or as it is; gives the ids that failed.
 *
 * @param {Mutation} mutation
 * @param {{ readonly mutated: boolean }} options
 * @returns {Promise<readonly string[]>}
 */
export async function play(mutation, { mutated }) {
  const folder = mkdtempSync(join(tmpdir(), "conform-"));
  try {
    copyLibrary(folder);
    if (mutated) mutate(join(folder, "node_modules/trunkline/dist", mutation.file), mutation);
    const file = join(folder, "results.json");
    const test = mutation.tested === "server" ? testServer : testClient;
    await test(folder, ["--only", mutation.only ?? mutation.group, "--json", file]);
    const { cases } = JSON.parse(readFileSync(file, "utf8"));
    return cases.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function copyLibrary(folder) {
  const copy = join(folder, "node_modules/trunkline");
  mkdirSync(copy, { recursive: true });
  cpSync(join(library, "package.json"), join(copy, "package.json"));
  const filter = (path) => !/\.test\.|\.d\.ts$/.test(path);
  cpSync(join(library, "dist"), join(copy, "dist"), { recursive: true, filter });
  writeFileSync(join(folder, "server.mjs"), SERVER);
  writeFileSync(join(folder, "client.mjs"), CLIENT);
}

function mutate(path, { from, to }) {
  const text = readFileSync(path, "utf8");
  // A mutation of nothing would be found by nobody, and say so of the suite.
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, text.replaceAll(from, to));
}

const most = ["--max-message-size", String(2 ** 24)];

async function testServer(folder, args) {
  const server = spawn(process.execPath, [join(folder, "server.mjs")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [port] = await once(createInterface(server.stdout), "line");
    const url = `ws://localhost:${port}/echo`;
    const suite = spawn(process.execPath, [main, "conform", "server", url, ...most, ...args]);
    suite.stdout.resume();
    await once(suite, "exit");
  } finally {
    server.kill("SIGKILL");
  }
}

async function testClient(folder, args) {
  const command = [main, "conform", "client", "--port", "0", ...most, ...args];
  const suite = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(suite, "exit");
  const lines = createInterface(suite.stdout);
  const [line] = await once(lines, "line");
  lines.resume();
  const port = /localhost:(\d+)/.exec(line)?.[1] ?? "";
  const client = spawn(process.execPath, [join(folder, "client.mjs"), port], { stdio: "ignore" });
  try {
    await Promise.race([ended, once(client, "exit")]);
    // One that a fault has ended, since it waits for nothing any more, has not asked.
    if (suite.exitCode === null) await fetch(`http://localhost:${port}/report`).catch(() => {});
    await ended;
  } finally {
    client.kill("SIGKILL");
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const words = process.argv.slice(2);
  for (const mutation of mutations) {
    if (words.length > 0 && !words.includes(mutation.group)) continue;
    const before = await play(mutation, { mutated: false });
    const after = await play(mutation, { mutated: true });
    const isFound = before.length === 0 && after.length > 0;
    if (!isFound) process.exitCode = 1;
    const verdict = isFound ? "found" : before.length > 0 ? "failed as it is" : "NOT FOUND";
    const { group, tested, what } = mutation;
    console.log(`${verdict}  ${group}, ${tested}: ${what} (${after.length} failed)`);
  }
}
