/**
 * Masking (RFC 6455, section 5.3): "Octet i of the transformed data […] is the XOR of octet i of the
 * original data […] with octet at index i modulo 4 of the masking key".
 *
 * A key is a 32-bit number whose low byte is the key's first. These are the plain loops: right for
 * small payloads, and the reference that faster ones are tested against.
 */

/** XORs `bytes[start, end)` in place. */
export function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  if (key === 0) return;
  const k0 = key & 255;
  const k1 = (key >>> 8) & 255;
  const k2 = (key >>> 16) & 255;
  const k3 = key >>> 24;
  let at = start;
  for (const whole = end - 3; at < whole; at += 4) {
    bytes[at] ^= k0;
    bytes[at + 1] ^= k1;
    bytes[at + 2] ^= k2;
    bytes[at + 3] ^= k3;
  }
  if (at < end) bytes[at++] ^= k0;
  if (at < end) bytes[at++] ^= k1;
  if (at < end) bytes[at] ^= k2;
}

/** The key for the byte that comes `count` bytes later. */
export function rotateKey(key: number, count: number): number {
  const bits = (count & 3) << 3;
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits));
}

/** Reads a masking key from the four bytes at `at`. */
export function readKey(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** Writes a masking key to the four bytes at `at`. */
export function writeKey(bytes: Uint8Array, at: number, key: number): void {
  bytes[at] = key;
  bytes[at + 1] = key >>> 8;
  bytes[at + 2] = key >>> 16;
  bytes[at + 3] = key >>> 24;
}
