/** Contents that differ for every connection and message, of an exact size, the same for the same seed. */
import { BINARY } from "./frames.mjs";

const LETTERS = ["a", "e", "0", " ", "é", "ß", "中", "語", "😀", "\ufeff"].map((letter) =>
  Buffer.from(letter),
);

const BLOCK = 1024;

/** Random bytes, or text that mixes characters of one to four bytes; each KiB says where it belongs. */
export function distinctPayload(opcode, size, seed) {
  if (size <= BLOCK) return randomBlock(opcode, size, seed, 0);
  const block = randomBlock(opcode, BLOCK, seed, 0);
  const payload = Buffer.allocUnsafe(size);
  let at = 0;
  for (; at + BLOCK <= size; at += BLOCK) {
    block.copy(payload, at);
    payload.write(markOf(at), at, "latin1");
  }
  randomBlock(opcode, size - at, seed, at).copy(payload, at);
  return payload;
}

function randomBlock(opcode, size, seed, offset) {
  const random = randomFrom(seed);
  const bytes = Buffer.alloc(size, "x");
  let at = bytes.write(`${markOf(offset)}${seed}:`, "latin1");
  if (opcode === BINARY) for (; at < size; at++) bytes[at] = random() & 255;
  while (at + 4 <= size) at += LETTERS[random() % LETTERS.length].copy(bytes, at);
  return bytes;
}

function markOf(offset) {
  return (offset / BLOCK).toString(16).padStart(5, "0");
}

/** Letters only, as most of the world's JSON is; for the timed passes. */
export function plainPayload(size) {
  return Buffer.from(Array.from({ length: size }, (_, i) => 97 + (i % 26)));
}

/** JSON as programs send it, exactly `size` bytes: alike from one to the next, and never the same. */
export function jsonMessage(size, seed) {
  const random = randomFrom(seed);
  const record = (id) => ({
    id,
    type: "update",
    user: { name: `user${random() % 1000}`, email: `u${random() % 10_000}@example.com` },
    price: (random() % 100_000) / 100,
    quantity: random() % 10,
    note: ["in stock", "sold out", "on its way"][random() % 3],
    at: 1_700_000_000 + (random() % 10_000_000),
  });
  let text = "";
  for (let id = seed; text.length < size; id++) text += `${JSON.stringify(record(id))},`;
  return Buffer.from(text.slice(0, size));
}

export function distinctKey(seed) {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(randomFrom(seed ^ 0x5bd1e995)());
  return key;
}

/** Marsaglia's xorshift: repeatable, and good enough to tell messages apart. */
function randomFrom(seed) {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
