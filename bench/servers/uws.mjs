/** uWebSockets.js, the native addon. Its limits are raised to what the rows need: 16 KiB is its default. */
import { createRequire } from "node:module";
import { announce, FILLER, PUBLISH_BATCHES, PUBLISHED_SIZE } from "./announce.mjs";

const require = createRequire(import.meta.url);
const uws = require("@trufflesuite/uws-js-unofficial");
// The package falls back to JavaScript where it has no binary: that is not what this row is about.
if (!Object.keys(require.cache).some((path) => path.includes("uws_") && path.endsWith(".node"))) {
  console.error("uWebSockets.js has no native addon for this Node");
  process.exit(1);
}

const options = { maxPayloadLength: 16 * 1024 * 1024, maxBackpressure: 16 * 1024 * 1024 };
const app = uws.App();

app.ws("/echo", {
  ...options,
  message: (socket, data, isBinary) => {
    socket.send(data, isBinary);
  },
});
app.ws("/reply", {
  ...options,
  message: (socket, data) => {
    socket.send(Buffer.from(data).toString() + FILLER, false);
  },
});
app.ws("/topic", {
  ...options,
  open: (socket) => {
    socket.subscribe("all");
  },
});
for (const batch of PUBLISH_BATCHES) {
  app.ws(`/publish-${batch}`, {
    ...options,
    message: (_socket, data, isBinary) => {
      for (let i = 0; i < batch; i++) {
        app.publish("all", data.slice(i * PUBLISHED_SIZE, (i + 1) * PUBLISHED_SIZE), isBinary);
      }
    },
  });
}

app.listen("127.0.0.1", 0, (listener) => announce(uws.us_socket_local_port(listener)));
