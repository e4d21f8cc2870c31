/** The other end of a client under test: a TCP server that shakes hands by hand with one client. */
import { createHash } from "node:crypto";
import { createServer } from "node:net";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class RawPeer {
  #server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  #socket;
  /** Called with (bytes, start, end). */
  onBytes = () => {};
  opened = new Promise((resolve) => {
    this.#server.once("open", resolve);
  });

  static listen() {
    const peer = new RawPeer();
    return new Promise((resolve) => {
      peer.#server.listen(0, "127.0.0.1", () => resolve(peer));
    });
  }

  get port() {
    return this.#server.address().port;
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  close() {
    this.#socket?.destroy();
    this.#server.close();
  }

  #accept(socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    let request = "";
    const onRequest = (chunk) => {
      request += chunk.latin1Slice();
      if (!request.includes("\r\n\r\n")) return;
      socket.off("data", onRequest);
      socket.on("data", (bytes) => this.onBytes(bytes, 0, bytes.length));
      socket.write(responseTo(request), "latin1");
      this.#server.emit("open");
    };
    socket.on("data", onRequest);
  }
}

function responseTo(request) {
  const key = /^sec-websocket-key: *(.*?) *\r$/im.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
