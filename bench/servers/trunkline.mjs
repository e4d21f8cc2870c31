/** The library through its public API, with its defaults; parameters of compression may be given. */
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
  "/publish": {
    message(_socket, data) {
      server.publish("all", data);
    },
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

const [given] = process.argv.slice(2);
const options = given === undefined ? {} : { perMessageDeflate: JSON.parse(given) };
const server = await serve({ routes, ...options });
announce(server.port);
