/** A WebSocket client that is only a TCP connection: bytes in, bytes out, one shared read buffer. */
import { connect } from "node:net";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const readBuffer = Buffer.allocUnsafeSlow(262_144);
const CONNECTING_AT_ONCE = 100;

export class RawClient {
  #socket;
  #head = "";
  /** Called with (bytes, start, end) once the handshake is over; the bytes are valid in the call only. */
  onBytes = () => {};
  onFailure = RawClient.onFailure;
  /** What the server answered to the extensions offered; "" for nothing. */
  extensions = "";
  /** Takes what fails on any connection that has no `onFailure` of its own. */
  static onFailure = (error) => {
    throw error;
  };

  /** Connects, shakes hands, and resolves when the server has said 101. */
  static open(port, path, extensions) {
    const client = new RawClient();
    return new Promise((resolve, reject) => {
      client.onFailure = reject;
      client.#connect(port, requestFor(port, path, extensions), () => {
        client.onFailure = RawClient.onFailure;
        resolve(client);
      });
    });
  }

  #connect(port, request, opened) {
    const callback = (size, buffer) => {
      try {
        if (this.#head === undefined) this.onBytes(buffer, 0, size);
        else this.#shakeHands(buffer, size, opened);
      } catch (error) {
        this.onFailure(error);
      }
      return true;
    };
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: { buffer: readBuffer, callback },
    });
    this.#socket.on("error", (error) => this.onFailure(error));
    this.#socket.on("end", () => this.onFailure(new Error("the server closed the connection")));
    this.#socket.write(request, "latin1");
  }

  #shakeHands(buffer, size, opened) {
    const before = this.#head.length;
    this.#head += buffer.latin1Slice(0, size);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.#head.slice(0, end);
    this.#head = undefined;
    if (!head.startsWith("HTTP/1.1 101") || !head.includes(ACCEPT)) {
      return this.onFailure(new Error(`the handshake failed: ${head.slice(0, 60)}`));
    }
    this.extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1] ?? "";
    opened();
    const rest = end + 4 - before;
    if (rest < size) this.onBytes(buffer, rest, size);
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  /** Ends with RST, so that no port waits in TIME_WAIT. */
  reset() {
    this.onFailure = () => {};
    this.#socket.resetAndDestroy();
  }
}

/** As a browser asks: with an Origin, which is the server's own. */
function requestFor(port, path, extensions) {
  const offer = extensions === undefined ? "" : `Sec-WebSocket-Extensions: ${extensions}\r\n`;
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench/1.0\r\nAccept-Language: en\r\nOrigin: http://127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n${offer}\r\n`;
}

/** Opens `count` connections, some at a time: a server's backlog is short. */
export async function openMany(port, path, count, extensions) {
  const clients = [];
  while (clients.length < count) {
    const size = Math.min(CONNECTING_AT_ONCE, count - clients.length);
    clients.push(
      ...(await Promise.all(
        Array.from({ length: size }, () => RawClient.open(port, path, extensions)),
      )),
    );
  }
  return clients;
}
