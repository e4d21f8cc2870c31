// Answers a number with that many numbered messages, in JSON.

/** @type {import("trunkline").Handler} */
const burst = {
  message(socket, data) {
    for (let number = 1; number <= Number(data); number += 1) {
      socket.send(JSON.stringify({ number }));
    }
  },
};

// biome-ignore lint/style/noDefaultExport: a handler is its file's default export
export default burst;
