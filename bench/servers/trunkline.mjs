/** The library through its public API, with its defaults. */
import { serve } from "trunkline/server";
import { announce, FILLER, PUBLISH_BATCHES, PUBLISHED_SIZE } from "./announce.mjs";

const routes = {
  "/echo": {
    message(socket, data) {
      socket.send(data);
    },
  },
  "/reply": {
    message(socket, data) {
      socket.send(data + FILLER);
    },
  },
  "/conversation": async (socket) => {
    for await (const data of socket) {
      if (!socket.send(data)) await socket.drained();
    }
  },
  "/topic": {
    open(socket) {
      socket.subscribe("all");
    },
  },
};

for (const batch of PUBLISH_BATCHES) {
  routes[`/publish-${batch}`] = {
    message(_socket, data) {
      for (let i = 0; i < batch; i++) {
        server.publish("all", data.slice(i * PUBLISHED_SIZE, (i + 1) * PUBLISHED_SIZE));
      }
    },
  };
}

const server = await serve({ routes });
announce(server.port);
