/** Frames as a client writes them, and two ways to read a server's: by count alone, and in full. */

export const TEXT = 1;
export const BINARY = 2;

const PING_HEADER = 0x89;

/** Stands with an opcode: the message is compressed. */
export const RSV1 = 0x40;

/** A client's frame, masked with the four bytes of `key`. */
export function maskedFrame(opcode, payload, key) {
  const head = headerOf(opcode, payload.length, 0x80);
  const frame = Buffer.allocUnsafe(head.length + 4 + payload.length);
  head.copy(frame);
  key.copy(frame, head.length);
  const start = head.length + 4;
  for (let i = 0; i < payload.length; i++) frame[start + i] = payload[i] ^ key[i & 3];
  return frame;
}

/** A server's frame. */
export function plainFrame(opcode, payload) {
  return Buffer.concat([headerOf(opcode, payload.length, 0), payload]);
}

function headerOf(opcode, size, maskBit) {
  if (size < 126) return Buffer.from([0x80 | opcode, maskBit | size]);
  if (size < 65_536) return Buffer.from([0x80 | opcode, maskBit | 126, size >> 8, size & 255]);
  const header = Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  header[1] = maskBit | 127;
  header.writeUInt32BE(size, 6);
  return header;
}

/** Counts frames that must all have one opcode and one size; it looks at headers only. */
export class FrameCounter {
  #header;
  #total;
  #at = 0;

  constructor(opcode, size) {
    this.#header = headerOf(opcode, size, 0);
    this.#total = this.#header.length + size;
  }

  /** How many frames end within these bytes. */
  count(bytes, start, end) {
    const header = this.#header;
    const total = this.#total;
    let count = 0;
    let at = start;
    let within = this.#at;
    while (at < end) {
      while (within < header.length && at < end) {
        if (bytes[at++] !== header[within++]) throw new Error("a frame of another kind came");
      }
      const taken = Math.min(total - within, end - at);
      at += taken;
      within += taken;
      if (within < total) break;
      count++;
      within = 0;
    }
    this.#at = within;
    return count;
  }
}

/** Counts a server's frames of any size, up to 64 KiB, that all begin with one byte; pings are passed over. */
export class AnySizeCounter {
  #first;
  /** Bytes of the header that came; what is missing of the payload once it is whole. */
  #header = [];
  #missing = 0;
  #isPing = false;
  /** Bytes of payloads, so far. */
  payloads = 0;

  constructor(opcode) {
    this.#first = 0x80 | opcode;
  }

  /** How many frames end within these bytes. */
  count(bytes, start, end) {
    let count = 0;
    let at = start;
    while (at < end) {
      if (this.#missing === 0 && !this.#takeHeader(bytes[at++])) continue;
      const taken = Math.min(this.#missing, end - at);
      at += taken;
      this.#missing -= taken;
      if (this.#missing === 0 && !this.#isPing) count++;
    }
    return count;
  }

  /** Whether the header is whole with this byte. */
  #takeHeader(byte) {
    const header = this.#header;
    header.push(byte);
    this.#isPing = header[0] === PING_HEADER;
    if ((header[0] !== this.#first && !this.#isPing) || header[1] > 126)
      throw new Error("a frame of another kind came");
    const whole = header[1] === 126 ? 4 : 2;
    if (header.length < whole) return false;
    this.#missing = whole === 4 ? (header[2] << 8) | header[3] : header[1];
    if (!this.#isPing) this.payloads += this.#missing;
    this.#header = [];
    return this.#missing > 0;
  }
}

/** Reads whole messages of a server or, unmasking them, of a client. Slow, and easy to believe. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  /** The frames that are complete: `{ opcode, payload, deflated }`. */
  read(bytes, start, end) {
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(start, end)]);
    const frames = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next() {
    const rest = this.#rest;
    if (rest.length < 2) return undefined;
    const masked = rest[1] >= 0x80;
    const short = rest[1] & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const header = 2 + extended + (masked ? 4 : 0);
    if (rest.length < header) return undefined;
    const size =
      extended === 2 ? rest.readUInt16BE(2) : extended === 8 ? rest.readUInt32BE(6) : short;
    if (rest.length < header + size) return undefined;
    const payload = rest.subarray(header, header + size);
    if (masked) for (let i = 0; i < size; i++) payload[i] ^= rest[header - 4 + (i & 3)];
    this.#rest = rest.subarray(header + size);
    return { opcode: rest[0] & 15, payload, deflated: (rest[0] & RSV1) !== 0 };
  }
}
