/**
 * What is measured, as data. A row names its kind (measures/<kind>.mjs), what that kind needs to know,
 * the programs it is measured with, ours first, and its targets: our cost divided by a peer's, or
 * `most` for a number of its own. `orBare`: where the loop over node:net that knows nothing else is
 * the limit, coming this near to it also passes.
 */
import { BINARY, TEXT } from "./lib/frames.mjs";
import { FILLER } from "./servers/announce.mjs";

const KIB = 1024;
const MIB = KIB * KIB;
const ALL = ["trunkline", "ws", "uws", "bun", "bare"];
const OR_BARE = 1.08;

/** `perSecond` is for the latency row that goes with it: what keeps `ws` about a third busy. */
const echoes = [
  {
    id: "echo-100x1x64",
    connections: 100,
    depth: 1,
    size: 64,
    perSecond: 15_000,
    targets: { ws: 0.65, uws: 1.25 },
    orBare: OR_BARE,
  },
  {
    id: "echo-100x16x64",
    connections: 100,
    depth: 16,
    size: 64,
    perSecond: 2000,
    targets: { ws: 0.12, uws: 0.85 },
  },
  {
    id: "echo-1000x1x64",
    connections: 1000,
    depth: 1,
    size: 64,
    perSecond: 15_000,
    targets: { ws: 0.7, uws: 1.2 },
    orBare: OR_BARE,
  },
  {
    id: "echo-10x1x64k",
    connections: 10,
    depth: 1,
    size: 64 * KIB,
    perSecond: 1000,
    targets: { ws: 0.45, uws: 1.6 },
    programs: ["trunkline", "ws", "ws-bufferutil", "uws", "bun", "bare"],
  },
  {
    id: "echo-10x1x1m",
    connections: 10,
    depth: 1,
    size: MIB,
    perSecond: 80,
    targets: { ws: 0.8, uws: 1.3 },
    programs: ["trunkline", "ws", "ws-bufferutil", "uws", "bun", "bare"],
  },
].flatMap((row) => [
  { kind: "echo", path: "/echo", programs: ALL, ...row, opcode: TEXT, id: `${row.id}-text` },
  { kind: "echo", path: "/echo", programs: ALL, ...row, opcode: BINARY, id: `${row.id}-binary` },
]);

/** The library in the place of `ws`, beside it, and beside itself with its own API. */
const dropIn = { kind: "echo", path: "/echo", connections: 100, size: 64 };
const dropIns = [
  { depth: 1, targets: { ws: 0.75 } },
  { depth: 16, targets: { ws: 0.2 } },
].flatMap(({ depth, targets }) =>
  [TEXT, BINARY].map((opcode) => ({
    ...dropIn,
    id: `ws-100x${depth}x64-${opcode === TEXT ? "text" : "binary"}`,
    programs: ["trunkline-ws", "ws", "trunkline"],
    depth,
    opcode,
    targets,
  })),
);

const reply = {
  id: "reply-100x4x64-1k",
  kind: "echo",
  path: "/reply",
  opcode: TEXT,
  connections: 100,
  depth: 4,
  size: 64,
  replySize: 64 + FILLER.length,
  programs: ALL,
  perSecond: 4000,
  targets: { ws: 0.45, uws: 1.2 },
};

const publish = {
  kind: "publish",
  opcode: TEXT,
  connections: 1000,
  programs: ALL,
  orBare: OR_BARE,
};
const publishes = [
  { ...publish, id: "publish-1000x1", batch: 1, perSecond: 20, targets: { ws: 0.75, uws: 1.15 } },
  { ...publish, id: "publish-1000x16", batch: 16, perSecond: 2, targets: { ws: 0.08, uws: 1.25 } },
];

const conversation = {
  id: "conversation-100x16x64",
  kind: "echo",
  path: "/conversation",
  opcode: TEXT,
  connections: 100,
  depth: 16,
  size: 64,
  programs: ["trunkline", "ws"],
  targets: { ws: 0.3 },
};

const handshake = {
  id: "handshake",
  kind: "handshake",
  path: "/echo",
  programs: ALL,
  targets: { ws: 0.95 },
};

const memory = {
  id: "memory-10000-idle",
  kind: "memory",
  path: "/echo",
  unit: "KB",
  connections: 10_000,
  programs: ALL,
  targets: { ws: 1.0 },
  fresh: true,
  maxRounds: 2,
};

/** The parameters stand in the row's name; both servers are given them, and must agree on them. */
const compressed = { programs: ["trunkline", "ws"], size: KIB };
const alone = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const takeover = { serverNoContextTakeover: false, clientNoContextTakeover: false };
const agreements = [
  { id: "alone-15", deflate: alone, cpu: 0.45, memory: 0.05, bytes: undefined },
  {
    id: "takeover-12",
    deflate: { ...takeover, serverMaxWindowBits: 12, clientMaxWindowBits: 12 },
    cpu: 0.6,
    memory: 0.25,
    bytes: 1.15,
  },
  { id: "takeover-15", deflate: takeover, cpu: undefined, memory: undefined, bytes: undefined },
];
const deflates = agreements.flatMap(({ id, deflate, cpu, memory, bytes }) =>
  [
    { kind: "deflate-echo", connections: 100, target: cpu },
    {
      kind: "deflate-memory",
      unit: "KB",
      connections: 50,
      messages: 1000,
      target: memory,
      fresh: true,
      maxRounds: 2,
    },
    { kind: "deflate-ratio", unit: "B", connections: 1, target: bytes, maxRounds: 1 },
  ].map(({ target, ...row }) => ({
    ...compressed,
    ...row,
    id: `${row.kind}-${id}`,
    deflate,
    targets: target === undefined ? {} : { ws: target },
  })),
);
const deflatedPublish = {
  ...compressed,
  id: "deflate-publish-1000-alone-15",
  kind: "deflate-publish",
  connections: 1000,
  deflate: alone,
  targets: { ws: 0.1 },
};

const client = { kind: "client", programs: ["trunkline", "ws"] };
const small = { size: 64, batch: 5000 };
const clients = [
  {
    id: "client-receive-64-text",
    mode: "receive",
    binaryType: "text",
    ...small,
    targets: { ws: 0.75 },
  },
  {
    id: "client-receive-64-arraybuffer",
    mode: "receive",
    binaryType: "arraybuffer",
    ...small,
    targets: { ws: 1.0 },
  },
  { id: "client-receive-64-blob", mode: "receive", binaryType: "blob", size: 64, batch: 1000 },
  {
    id: "client-send-64-text",
    mode: "send",
    binaryType: "text",
    size: 64,
    batch: 1000,
    targets: { ws: 0.25 },
  },
  {
    id: "client-send-64-binary",
    mode: "send",
    binaryType: "arraybuffer",
    size: 64,
    batch: 1000,
    targets: { ws: 0.25 },
  },
  {
    id: "client-send-64k-text",
    mode: "send",
    binaryType: "text",
    size: 64 * KIB,
    batch: 16,
    targets: { ws: 0.5 },
  },
  {
    id: "client-send-64k-binary",
    mode: "send",
    binaryType: "arraybuffer",
    size: 64 * KIB,
    batch: 16,
    targets: { ws: 0.5 },
  },
].map((row) => ({ ...client, ...row }));

const starts = [
  {
    id: "start-library",
    kind: "start",
    unit: "ms",
    programs: ["trunkline", "ws"],
    targets: { ws: 1.3 },
  },
  { id: "start-command", kind: "start", unit: "ms", programs: ["command"], most: 400 },
];

/** At a fixed rate, beside `ws` alone: no worse than it in each. */
const latencies = [...echoes, reply, ...publishes]
  .filter(({ id }) => !id.endsWith("-binary"))
  .map(({ orBare: _, ...row }) => ({
    ...row,
    id: `latency-${row.id}`,
    kind: "latency",
    metrics: ["p50", "p99"],
    programs: ["trunkline", "ws"],
    targets: { ws: 1.0 },
  }));

export const rows = [
  ...echoes,
  reply,
  ...publishes,
  conversation,
  handshake,
  memory,
  ...deflates,
  deflatedPublish,
  { ...memory, id: "ws-memory-10000-idle", programs: ["trunkline-ws", "ws"] },
  ...dropIns,
  ...clients,
  ...starts,
  ...latencies,
];
