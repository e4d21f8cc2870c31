// Closes with 4000 and, as the reason, the text that came.

/** @type {import("trunkline").Handler} */
const farewell = {
  message(socket, data) {
    socket.close(4000, String(data));
  },
};

// biome-ignore lint/style/noDefaultExport: a handler is its file's default export
export default farewell;
