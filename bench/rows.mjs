/**
 * What is measured, as data. A row names its kind (measures/<kind>.mjs), what that kind needs to know,
 * the programs it is measured with, ours first, and the targets: our cost divided by a peer's.
 * `bare` is the loop over node:net that knows nothing else; a row with a target for it passes also there.
 */
import { BINARY, TEXT } from "./lib/frames.mjs";
import { FILLER } from "./servers/announce.mjs";

const KIB = 1024;
const ALL = ["trunkline", "ws", "uws", "bun", "bare"];

const echoes = [
  {
    id: "echo-100x1x64",
    connections: 100,
    depth: 1,
    size: 64,
    targets: { ws: 0.65, uws: 1.25, bare: 1.08 },
  },
  { id: "echo-100x16x64", connections: 100, depth: 16, size: 64, targets: { ws: 0.12, uws: 0.85 } },
  {
    id: "echo-1000x1x64",
    connections: 1000,
    depth: 1,
    size: 64,
    targets: { ws: 0.7, uws: 1.2, bare: 1.08 },
  },
  {
    id: "echo-10x1x64k",
    connections: 10,
    depth: 1,
    size: 64 * KIB,
    targets: { ws: 0.45, uws: 1.6 },
  },
  {
    id: "echo-10x1x1m",
    connections: 10,
    depth: 1,
    size: KIB * KIB,
    targets: { ws: 0.8, uws: 1.3 },
  },
];

const inBoth = echoes.flatMap((row) => [
  { ...row, kind: "echo", path: "/echo", opcode: TEXT, id: `${row.id}-text`, programs: ALL },
  { ...row, kind: "echo", path: "/echo", opcode: BINARY, id: `${row.id}-binary`, programs: ALL },
]);

export const rows = [
  ...inBoth,
  {
    id: "reply-100x4x64-1k",
    kind: "echo",
    path: "/reply",
    opcode: TEXT,
    connections: 100,
    depth: 4,
    size: 64,
    replySize: 64 + FILLER.length,
    programs: ALL,
    targets: { ws: 0.45, uws: 1.2 },
  },
  {
    id: "publish-1000x1",
    kind: "publish",
    opcode: TEXT,
    connections: 1000,
    batch: 1,
    programs: ALL,
    targets: { ws: 0.75, uws: 1.15, bare: 1.08 },
  },
  {
    id: "publish-1000x16",
    kind: "publish",
    opcode: TEXT,
    connections: 1000,
    batch: 16,
    programs: ALL,
    targets: { ws: 0.08, uws: 1.25, bare: 1.08 },
  },
  {
    id: "conversation-100x16x64",
    kind: "echo",
    path: "/conversation",
    opcode: TEXT,
    connections: 100,
    depth: 16,
    size: 64,
    programs: ["trunkline", "ws"],
    targets: { ws: 0.3 },
  },
  { id: "handshake", kind: "handshake", path: "/echo", programs: ALL, targets: { ws: 0.95 } },
];
