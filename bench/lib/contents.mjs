/** Contents that differ for every connection and message, of an exact size, the same for the same seed. */
import { BINARY } from "./frames.mjs";

const LETTERS = ["a", "e", "0", " ", "é", "ß", "中", "語", "😀", "\ufeff"].map((letter) =>
  Buffer.from(letter),
);

/** Random bytes, or text that mixes characters of one to four bytes. */
export function distinctPayload(opcode, size, seed) {
  const random = randomFrom(seed);
  const bytes = Buffer.alloc(size, "x");
  if (opcode === BINARY) {
    for (let i = 0; i < size; i++) bytes[i] = random() & 255;
    return bytes;
  }
  // A number first: two short texts must never be equal by chance.
  let at = bytes.write(`${seed}:`);
  while (at + 4 <= size) at += LETTERS[random() % LETTERS.length].copy(bytes, at);
  return bytes;
}

/** Letters only, as most of the world's JSON is; for the timed passes. */
export function plainPayload(size) {
  return Buffer.from(Array.from({ length: size }, (_, i) => 97 + (i % 26)));
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
