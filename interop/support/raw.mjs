/** Peers that send what bytes a test wants, written by hand. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** One frame. `first` is its first byte; `key` masks. */
export function frame(first, payload = "", { key, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? lengthOf(body.length);
  const head = Buffer.concat([Buffer.of(first), size]);
  if (key === undefined) return Buffer.concat([head, body]);
  head[1] |= 0x80;
  const masked = body.map((byte, index) => byte ^ key[index % 4]);
  return Buffer.concat([head, Buffer.from(key), masked]);
}

function lengthOf(size) {
  if (size < 126) return Buffer.of(size);
  if (size < 65_536) return Buffer.of(126, size >> 8, size & 255);
  const bytes = Buffer.alloc(9);
  bytes[0] = 127;
  bytes.writeUInt32BE(size, 5);
  return bytes;
}

export const masked = (first, payload, more) =>
  frame(first, payload, { key: [1, 2, 3, 4], ...more });

/** The head of a request to upgrade; `headers` replace or add, undefined removes. */
export function upgradeRequest(port, { method = "GET", path = "/", headers = {} } = {}) {
  const all = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A TCP connection that has sent a request to upgrade; `answer` is the head of the response, and what followed. */
export async function rawClient(context, port, options) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  context.after(() => socket.destroy());
  socket.write(upgradeRequest(port, options));
  const reader = new RawReader(socket);
  const head = await reader.head();
  return { socket, head, reader };
}

/** What comes on a socket, by heads and frames. */
export class RawReader {
  #bytes = Buffer.alloc(0);
  #isOver = false;
  #wake = () => {};

  constructor(socket) {
    socket.on("data", (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#wake();
    });
    socket.on("close", () => this.#end());
    socket.on("end", () => this.#end());
  }

  #end() {
    this.#isOver = true;
    this.#wake();
  }

  async #until(find) {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#isOver) return undefined;
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Up to the empty line. */
  head() {
    return this.#until(() => {
      const end = this.#bytes.indexOf("\r\n\r\n");
      return end === -1 ? undefined : this.#cut(end + 4).toString();
    });
  }

  /** One frame: its first byte, whether it is masked, its payload as it is meant. Undefined at the end. */
  frame() {
    return this.#until(() => {
      if (this.#bytes.length < 2) return undefined;
      const code = this.#bytes[1] & 127;
      const header = code < 126 ? 2 : code === 126 ? 4 : 10;
      const isMasked = this.#bytes[1] > 127;
      if (this.#bytes.length < header + (isMasked ? 4 : 0)) return undefined;
      const size =
        code < 126
          ? code
          : code === 126
            ? this.#bytes.readUInt16BE(2)
            : this.#bytes.readUInt32BE(6);
      const start = header + (isMasked ? 4 : 0);
      if (this.#bytes.length < start + size) return undefined;
      const key = this.#bytes.subarray(header, start);
      const first = this.#bytes[0];
      const payload = Buffer.from(this.#bytes.subarray(start, start + size));
      this.#cut(start + size);
      if (isMasked) for (const [index] of payload.entries()) payload[index] ^= key[index % 4];
      return { first, isMasked, key: Buffer.from(key), payload };
    });
  }

  /** Settles when the peer has sent its FIN, with what came unread. */
  async end() {
    await this.#until(() => undefined);
    return this.#bytes;
  }

  #cut(count) {
    const cut = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return cut;
  }
}

export function acceptOf(key) {
  return createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}

/** An HTTP server that answers requests to upgrade as `answer(request, socket)` does; 101 by default. */
export async function rawServer(context, answer = switchProtocols) {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new Set();
  server.on("upgrade", (request, socket, head) => {
    sockets.add(socket);
    socket.on("error", () => {});
    answer(request, socket, head);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { server, port: server.address().port, url: `ws://127.0.0.1:${server.address().port}` };
}

/** The right answer, with `headers` replaced, added or, where undefined, left out. */
export function switchProtocols(request, socket, _head, headers = {}) {
  const all = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": acceptOf(request.headers["sec-websocket-key"]),
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
}
