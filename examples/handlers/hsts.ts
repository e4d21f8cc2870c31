// Adds a header to the 101. A conversation closes with 1000 when it returns.
import { defineHandler } from "trunkline";

export default defineHandler({
  origins: "any",
  upgrade() {
    return { headers: { "Strict-Transport-Security": "max-age=86400" } };
  },
  conversation(socket) {
    socket.send("Hello");
  },
});
