/**
 * A client under test, given its class: the same few lines for each, through `addEventListener`.
 * Arguments: port, mode, binaryType, size, batch. The mode says what it does with the bench's peer:
 * `receive` counts messages and says so after each batch, `send` sends a batch for each message that
 * it gets, `echo` sends back what comes.
 */
import { announce } from "../servers/announce.mjs";

export function run(WebSocket) {
  const [port, mode, binaryType, size, batch] = process.argv.slice(2);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.binaryType = binaryType === "text" ? "arraybuffer" : binaryType;
  socket.addEventListener("message", MODES[mode](socket, binaryType, Number(size), Number(batch)));
  socket.addEventListener("error", ({ message }) => {
    console.error(`the client failed: ${message}`);
    process.exit(1);
  });
  announce(0);
}

const MODES = {
  receive(socket, _binaryType, _size, batch) {
    let count = 0;
    return () => {
      if (++count % batch === 0) socket.send(".");
    };
  },
  send(socket, binaryType, size, batch) {
    const data = binaryType === "text" ? "a".repeat(size) : new Uint8Array(size).fill(97);
    return () => {
      for (let i = 0; i < batch; i++) socket.send(data);
    };
  },
  echo(socket) {
    return ({ data }) => socket.send(data);
  },
};
