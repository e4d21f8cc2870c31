/**
 * The limit: what a loop over node:net costs that knows nothing but these rows. The handshake is
 * answered by hand, all frames of a read are parsed out of one shared read buffer, and one write
 * answers them. No limits, no UTF-8 check, no close, no ping: it is not a WebSocket server.
 */
import { createHash } from "node:crypto";
import { createServer, Socket } from "node:net";
import { announce, FILLER, PUBLISHED_SIZE } from "./announce.mjs";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const READ_SIZE = 65_536;
const readBuffer = Buffer.allocUnsafeSlow(READ_SIZE);
const filler = Buffer.from(FILLER);
const subscribers = new Set();

/** By path: how the frames of a read are answered. `out` is where frames are appended. */
const paths = {
  "/echo": (out, opcode, data, start, end) => out.frame(opcode, data, start, end),
  "/reply": (out, opcode, data, start, end) => out.frame(opcode, data, start, end, filler),
  "/topic": () => {},
  "/publish-1": (out, opcode, data, start, end) => out.frame(opcode, data, start, end),
  "/publish-16": (out, opcode, data, start, end) => {
    for (let at = start; at < end; at += PUBLISHED_SIZE) {
      out.frame(opcode, data, at, at + PUBLISHED_SIZE);
    }
  },
};

/** Frames that leave in one write. */
class Outgoing {
  bytes = Buffer.allocUnsafe(4096);
  length = 0;

  frame(opcode, data, start, end, suffix) {
    const size = end - start + (suffix === undefined ? 0 : suffix.length);
    this.#reserve(size + 10);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = 0x80 | opcode;
    if (size < 126) {
      bytes[at++] = size;
    } else if (size < 65_536) {
      bytes[at++] = 126;
      at = bytes.writeUInt16BE(size, at);
    } else {
      bytes[at++] = 127;
      at = bytes.writeUInt32BE(0, at);
      at = bytes.writeUInt32BE(size, at);
    }
    at += data.copy(bytes, at, start, end);
    if (suffix !== undefined) at += suffix.copy(bytes, at);
    this.length = at;
  }

  #reserve(size) {
    if (this.bytes.length - this.length >= size) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  take() {
    const { bytes, length } = this;
    this.length = 0;
    // What the system took at once may be written over.
    return bytes.subarray(0, length);
  }
}

const out = new Outgoing();

class BareConnection {
  rest;
  target;
  filled = 0;
  handle;
  path;

  constructor(socket) {
    this.socket = socket;
  }

  read(size, buffer) {
    if (this.handle === undefined) return this.#answerHandshake(buffer.latin1Slice(0, size));
    if (this.target !== undefined) {
      const taken = buffer.copy(this.target, this.filled, 0, size);
      this.filled += taken;
      if (this.filled < this.target.length) return;
      const whole = this.target;
      this.target = undefined;
      this.#parse(whole, whole.length);
      if (taken < size) this.#parse(buffer.subarray(taken), size - taken);
    } else if (this.rest !== undefined) {
      const joined = Buffer.concat([this.rest, buffer.subarray(0, size)]);
      this.rest = undefined;
      this.#parse(joined, joined.length);
    } else {
      this.#parse(buffer, size);
    }
    if (out.length > 0) this.#write();
  }

  #parse(data, end) {
    let at = 0;
    while (at < end) {
      const left = end - at;
      const short = left < 2 ? -1 : data[at + 1] & 0x7f;
      const header = short === 126 ? 8 : short === 127 ? 14 : 6;
      if (short === -1 || left < header) {
        this.rest = Buffer.from(data.subarray(at, end));
        return;
      }
      const size = short < 126 ? short : lengthOf(data, at, header);
      if (left < header + size) return this.#assemble(data, at, end, header + size);
      unmask(data, at + header - 4, at + header, at + header + size);
      this.handle(out, data[at] & 15, data, at + header, at + header + size);
      at += header + size;
    }
  }

  #assemble(data, at, end, size) {
    this.target = Buffer.allocUnsafe(size);
    this.filled = data.copy(this.target, 0, at, end);
  }

  #write() {
    if (this.path.startsWith("/publish")) {
      const bytes = Buffer.from(out.take());
      for (const subscriber of subscribers) subscriber.write(bytes);
      return;
    }
    this.socket.write(out.take());
    if (this.socket.writableLength > 0) out.bytes = Buffer.allocUnsafe(4096);
  }

  #answerHandshake(request) {
    this.path = request.slice(4, request.indexOf(" ", 4));
    this.handle = paths[this.path];
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request)[1];
    const accept = createHash("sha1")
      .update(key + GUID)
      .digest("base64");
    if (this.path === "/topic") {
      subscribers.add(this.socket);
      this.socket.on("close", () => subscribers.delete(this.socket));
    }
    this.socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      "latin1",
    );
  }
}

function lengthOf(data, at, header) {
  return header === 8 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
}

function unmask(data, key, start, end) {
  const [a, b, c, d] = [data[key], data[key + 1], data[key + 2], data[key + 3]];
  let at = start;
  for (; at + 4 <= end; at += 4) {
    data[at] ^= a;
    data[at + 1] ^= b;
    data[at + 2] ^= c;
    data[at + 3] ^= d;
  }
  if (at < end) data[at] ^= a;
  if (at + 1 < end) data[at + 1] ^= b;
  if (at + 2 < end) data[at + 2] ^= c;
}

/** A socket over the accepted handle that reads into the shared buffer: not documented by Node. */
function takeOver(accepted) {
  const handle = accepted._handle;
  handle.reading = false;
  accepted._handle = null;
  accepted.destroy();
  let connection;
  const callback = (size, buffer) => {
    connection.read(size, buffer);
    return true;
  };
  const socket = new Socket({ handle, onread: { buffer: readBuffer, callback } });
  connection = new BareConnection(socket);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("end", () => socket.destroy());
  socket.resume();
}

const server = createServer({ pauseOnConnect: true }, takeOver);
server.listen(0, "127.0.0.1", () => announce(server.address().port));
